"""Papers of the energy-metering review."""
