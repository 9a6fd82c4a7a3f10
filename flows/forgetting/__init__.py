"""Forgetting a buyer: finds what holds the keyed hash, or the name behind it, and removes it."""

from flows.forgetting.forget import Forgetting, forget

__all__ = ["Forgetting", "forget"]
