"""Ingests a home folder in a process of its own and prints what it took."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from flows.home import Home
from flows.ingest import ingest

MAX_ADDRESS_SPACE = 12 << 30


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    started = time.monotonic()
    result = ingest(Home(Path(sys.argv[1])), sys.argv[2])
    own, readers = (
        resource.getrusage(who).ru_maxrss >> 10
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    took = {"seconds": time.monotonic() - started, "peak_mb": own, "readers_mb": readers}
    print(json.dumps({**took, "left_alone": result.left_alone}))


if __name__ == "__main__":
    main()
