"""Scans of labels as values: what they tell of copies, and photos as they are kept. Nothing here knows the store."""
