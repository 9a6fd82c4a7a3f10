"""What the doctor finds: one thing looked at, whether it is good, and how to mend it if not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is, whether it is good, and how to mend it if not.

    `is_warning`: what is not good keeps no run from being right today, and can wait.
    """

    subject: str
    is_good: bool
    observed: str
    mend: str = ""
    is_warning: bool = False

    @property
    def is_fault(self) -> bool:
        """Whether it has to be mended before a run."""
        return not self.is_good and not self.is_warning

    def sentence(self) -> str:
        """One line for people."""
        mark = "ok  " if self.is_good else "WARN" if self.is_warning else "FIX "
        mend = "" if self.is_good else f" {self.mend}"
        return f"{mark} {self.subject}: {self.observed}.{mend}"
