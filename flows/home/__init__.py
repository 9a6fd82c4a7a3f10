"""The home folder: its layout, its lock, its run records and the publication into it."""

from flows.home.layout import Home

__all__ = ["Home"]
