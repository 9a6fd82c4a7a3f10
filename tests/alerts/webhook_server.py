"""A real HTTP server on this machine that takes webhook messages, and misbehaves as it is told."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[socket.socket], None]

PATH = "/services/T0CANARY00/B0CANARY00/CanarySecretXyz123456789"
"""The secret part of the address."""


def answer(status: str = "200 OK", body: bytes = b"ok", *headers: str) -> Behaviour:
    """Answer with a status line, headers and a body."""

    def behave(connection: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        head = "\r\n".join([*lines, *headers, "", ""]).encode()
        connection.sendall(head + body)

    return behave


def hang(connection: socket.socket) -> None:
    """Read the request and never answer."""
    with suppress(OSError):
        connection.settimeout(10)
        connection.recv(1)


def reset(connection: socket.socket) -> None:
    """Break the connection without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def garbage(connection: socket.socket) -> None:
    """Answer with what is no HTTP."""
    connection.sendall(b"\0\xff\xfe nothing that makes sense\n" * 3)


def drip(connection: socket.socket) -> None:
    """Answer with a header that comes byte by byte."""
    with suppress(OSError):
        for sign in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 100:
            connection.sendall(bytes([sign]))
            time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    """Answer 200 with a body without an end."""
    with suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"ok" * 4_096)
            time.sleep(0.01)


@dataclass
class WebhookServer:
    """What came in, and how the next requests are answered; the last behaviour stays."""

    port: int = 0
    behaviours: list[Behaviour] = field(default_factory=lambda: [answer()])
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The whole address, with its secret."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    @property
    def texts(self) -> list[str]:
        """The `text` of each message that came in."""
        return [str(message["text"]) for _, message in self.requests]

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError, IndexError):
            connection.settimeout(10)
            head, _, body = self._read(connection)
            self.requests.append((head.split(" ")[0] + " " + head.split(" ")[1], json.loads(body)))
            behave = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
            behave(connection)

    @staticmethod
    def _read(connection: socket.socket) -> tuple[str, str, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += _received(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ]
        while len(body) < lengths[0]:
            body += _received(connection)
        return head.decode(), "", body


def _received(connection: socket.socket) -> bytes:
    """What comes next. Raises `ConnectionError` at the end of what the other side sends."""
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError("the other side has ended")
    return data


@contextmanager
def webhook_server(*behaviours: Behaviour) -> Iterator[WebhookServer]:
    """A server on a free port, which ends with the block."""
    server = WebhookServer()
    if behaviours:
        server.behaviours = list(behaviours)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    is_over = threading.Event()

    def accept() -> None:
        while not is_over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=server._serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        is_over.set()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        listener.close()
        thread.join(5)
