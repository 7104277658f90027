"""Labels as values: codes, signed certificate stickers, keys, codes of others. Nothing here knows the store."""
