"""The energy-use monitoring system beside the registry: its register of meters, what is uploaded, and where both differ."""
