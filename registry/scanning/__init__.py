"""Scans of labels as values: what a history of them tells of copies, and photos as they are kept. Nothing here knows the store."""
