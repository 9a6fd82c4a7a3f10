"""A published report as one PDF, typeset by the library typst."""
