"""What surrounds the stages: requests, runs, the session of a run, and its ends."""
