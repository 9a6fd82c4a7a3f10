"""The index of all reports: what there is, how each day ended, and what was restated."""
