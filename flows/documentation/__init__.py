"""The pages under `docs/` that are written from the project itself.

Marts from the YAML beside them, alerts from their rules, lineage from the SQL, and what each
section of the reports reads.
"""
