"""The energy-metering review (能源计量审查): who is reviewed by whom, what is to be equipped, and what the figures are."""
