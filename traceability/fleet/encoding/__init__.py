"""How tables of records become the columns of the kernel, room by room; `traceability.fleet.encode` puts them together."""
