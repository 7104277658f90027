"""Every item of a registry at once: records as columns, solved in one pass, with the answers of `traceability.assess`."""
