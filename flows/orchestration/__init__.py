"""Prefect: where it lives, the tasks that the flows are made of, the services on one machine."""
