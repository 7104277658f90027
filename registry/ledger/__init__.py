"""The ledger: every recorded fact is a leaf of a Merkle tree, so that nobody rewrites history unseen (RFC 9162, C2SP)."""
