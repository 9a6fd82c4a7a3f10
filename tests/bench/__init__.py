"""The benchmark: the real daily run against the least work that gives the same rates."""
