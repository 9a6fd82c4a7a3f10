"""The warehouse: the inputs of a build, the build itself (dbt), and the merge into one file."""
