"""The sections of the reports, one module a subject; each builds a ``model.Section``."""
