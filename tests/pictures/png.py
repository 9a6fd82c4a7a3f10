"""Small pictures: an image of at most 256 colours as an indexed PNG."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = 256
_AT_ONCE = 4096


def indexed_png(pixels: bytes, width: int, height: int) -> bytes:
    """RGBA bytes, row by row, as a PNG of the 256 colours that most pixels have.

    A colour that is not among them becomes the nearest one that is.
    """
    rgba = np.frombuffer(pixels, dtype=np.uint8).reshape(height * width, 4).astype(np.uint32)
    packed = rgba[:, 0] << 16 | rgba[:, 1] << 8 | rgba[:, 2]
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:_COLOURS])
    palette = _channels(colours[kept])
    indices = _nearest(_channels(colours), palette)[places].astype(np.uint8)
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter, none
    rows[:, 1:] = indices.reshape(height, width)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette.astype(np.uint8).tobytes()),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _channels(packed: NDArray[np.uint32]) -> NDArray[np.int32]:
    parts = (packed >> 16, packed >> 8 & 255, packed & 255)
    return np.stack([part.astype(np.int32) for part in parts], axis=1)


def _nearest(colours: NDArray[np.int32], palette: NDArray[np.int32]) -> NDArray[np.int64]:
    found = [
        ((colours[start : start + _AT_ONCE, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
        for start in range(0, len(colours), _AT_ONCE)
    ]
    return np.concatenate(found)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
