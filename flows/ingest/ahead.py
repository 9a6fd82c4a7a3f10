"""Reads the next files of landing while earlier ones are still being read or written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import TracebackType

from flows.ingest.decompress import Plain, open_plain
from flows.ingest.discover import Found
from flows.ingest.one_file import Outcome, Reader
from flows.ingest.shops import Shop
from flows.ingest.sniff import Magic, magic_of

# One file keeps less than two cores busy: its first rows, and its last part, go through one.
_AT_ONCE = 2

Reading = tuple[Plain, Outcome]


class ReadAhead:
    """Files in the order in which they will be asked for, read a little before that.

    Only whole files are read ahead; archives are left to the one who asks, and so is a file whose
    bytes another one had, or that `is_known`. What is not asked for is garbage in the lake, as no
    record names it.
    """

    def __init__(
        self,
        reader: Reader,
        scratch: Path,
        files: Iterable[tuple[Found, Shop]],
        is_known: Callable[[Found, Plain, Shop], bool],
    ) -> None:
        self._reader = reader
        self._is_known = is_known
        self._scratch = scratch
        self._upcoming = iter(files)
        self._under_way: deque[tuple[Found, Future[Reading | None]]] = deque()
        self._seen: set[tuple[str, str]] = set()
        self._turn = Event()
        self._turn.set()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="read ahead")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def take(self, found: Found) -> Reading | None:
        """The file as it was read, or None where that is left to the caller.

        Raises what reading raised: errors of the file system.
        """
        self._start()
        if not self._under_way or self._under_way[0][0] is not found:
            return None
        _, future = self._under_way.popleft()
        self._start()
        return future.result()

    def _start(self) -> None:
        while len(self._under_way) < _AT_ONCE:
            following = next(self._upcoming, None)
            if following is None:
                return
            found, shop = following
            turn, self._turn = self._turn, Event()
            future = self._pool.submit(self._read, found, shop, turn, self._turn)
            self._under_way.append((found, future))

    def _read(self, found: Found, shop: Shop, turn: Event, next_turn: Event) -> Reading | None:
        try:
            plain = self._claim(found, shop, turn)
        finally:
            turn.wait()
            next_turn.set()
        return None if plain is None else (plain, self._reader.read(found, plain, shop))

    def _claim(self, found: Found, shop: Shop, turn: Event) -> Plain | None:
        """The file, if its bytes are to be read now; the first file in order claims them."""
        with found.path.open("rb") as handle:
            if magic_of(handle.read(4096)) in (Magic.GZIP, Magic.ZIP):
                return None
        plain = next(iter(open_plain(found.path, self._scratch)))
        if not isinstance(plain, Plain) or self._is_known(found, plain, shop):
            return None
        turn.wait()
        if (found.shop_id, plain.sha256) in self._seen:
            return None
        self._seen.add((found.shop_id, plain.sha256))
        return plain
