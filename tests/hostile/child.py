"""Ingests a home folder in a process of its own and prints what it took."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from flows.home import Home
from flows.ingest import ingest

MAX_ADDRESS_SPACE = 12 << 30


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))
    result = ingest(Home(Path(sys.argv[1])), sys.argv[2])
    own, readers = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    took = {
        "cpu_seconds": own.ru_utime + own.ru_stime + readers.ru_utime + readers.ru_stime,
        "peak_mb": own.ru_maxrss >> 10,
        "readers_mb": readers.ru_maxrss >> 10,
        "left_alone": result.left_alone,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
