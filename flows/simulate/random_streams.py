"""Random numbers that do not depend on the order in which parts of the plan ask for them."""

import hashlib

import numpy as np


class Streams:
    """One independent generator a name, all from the seed, the shop and the first day."""

    def __init__(self, seed: int, *salt: str) -> None:
        self._seed = seed
        self._salt = "|".join(salt)

    def __call__(self, name: str) -> np.random.Generator:
        """The generator of a name; the same name gives the same numbers again."""
        digest = hashlib.sha256(f"{self._salt}|{name}".encode()).digest()
        words = np.frombuffer(digest[:16], dtype="<u4")
        return np.random.Generator(np.random.PCG64([self._seed, *(int(w) for w in words)]))
