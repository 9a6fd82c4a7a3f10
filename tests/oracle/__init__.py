"""An independent, slow and obvious computation of the metrics, in plain Python.

The oracle reads a shop's exports as they were dropped and works every number out order by order
and day by day. It shares no code with the pipeline: the pipeline is right when both agree.
"""
