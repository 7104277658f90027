"""Proof bundles: a verdict with all that it takes to check it far from this registry, in one signed file."""
