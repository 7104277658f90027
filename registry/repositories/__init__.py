"""What the tables hold, as domain values: the only place with queries. Each function works inside a unit of work."""
