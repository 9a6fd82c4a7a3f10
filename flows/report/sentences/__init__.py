"""The sentences of the reports: one function of what the marts hold for every surface."""
