"""One request to a webhook, to a real server on loopback that misbehaves."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from flows.alerts.posting import CA_VARIABLE, Limits, post
from flows.alerts.webhooks import Webhook
from flows.masking import PROXY_VARIABLE
from tests.alerts.webhook_server import (
    PATH,
    Behaviour,
    answer,
    drip,
    endless,
    garbage,
    hang,
    reset,
    webhook_server,
)

QUICK = Limits(connect=0.5, read=0.5, total=1.5)
# For those who answer at once; a busy machine may take a while for that.
PATIENT = Limits(connect=20, read=20, total=60)
MESSAGE = {"text": "12 orders “wait”", "blocks": []}


@pytest.mark.parametrize(
    ("behaviour", "fate"),
    [
        (answer(), "sent"),
        (answer("204 No Content", b""), "sent"),
        (answer("200 OK", b"<html>log in</html>"), "unknown"),
        (answer("500 Internal Server Error", b"rollup_error"), "again"),
        (answer("503 Service Unavailable", b""), "again"),
        (answer("429 Too Many Requests", b""), "again"),
        (answer("425 Too Early", b""), "again"),
        (answer("408 Request Timeout", b""), "again"),
        (answer("502 Bad Gateway", b"<html>"), "unknown"),
        (answer("504 Gateway Timeout", b""), "unknown"),
        (answer("400 Bad Request", b"invalid_payload"), "refused"),
        (answer("403 Forbidden", b"invalid_token"), "refused"),
        (answer("404 Not Found", b"no_service"), "refused"),
        (answer("410 Gone", b"channel_is_archived"), "refused"),
        (hang, "unknown"),
        (reset, "unknown"),
        (garbage, "unknown"),
        (drip, "unknown"),
        (endless, "sent"),
    ],
)
def test_what_came_of_a_request(behaviour: Behaviour, fate: str) -> None:
    with webhook_server(behaviour) as server:
        started = time.monotonic()
        limits = QUICK if behaviour in (hang, drip) else PATIENT
        found = post(Webhook("", server.address), MESSAGE, limits)
        assert found.fate == fate, found
        assert time.monotonic() - started < 30
        assert [request for request, _ in server.requests] == [f"POST {PATH}"]
        assert server.requests[0][1] == MESSAGE
    assert "Canary" not in found.said and PATH not in found.said


def test_a_redirect_is_not_followed() -> None:
    with webhook_server() as other, webhook_server() as server:
        server.behaviours = [answer("302 Found", b"", f"Location: {other.address}")]
        found = post(Webhook("", server.address), MESSAGE, PATIENT)
        assert found.fate == "refused" and "redirect" in found.said
        assert other.requests == []


@pytest.mark.parametrize("wait", ["7", "moment", "-3", "soon", "9" * 400, ""])
def test_how_long_the_other_side_asks_to_wait(wait: str) -> None:
    value = wait
    if wait == "moment":
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    asked = answer("429 Too Many Requests", b"", f"Retry-After: {value}")
    with webhook_server(asked) as server:
        found = post(Webhook("", server.address), MESSAGE, PATIENT)
    assert found.fate == "again"
    if wait == "7":
        assert found.wait == 7
    elif wait == "moment":
        assert found.wait is not None and 27 < found.wait <= 30
    elif wait.startswith("9"):
        assert found.wait is not None and found.wait > 1_000
    else:
        assert found.wait is None


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = post(Webhook("", f"http://127.0.0.1:{port}{PATH}"), MESSAGE, PATIENT)
    assert (found.fate, found.said, found.is_down) == ("again", "no connection", True)
    unnamed = post(Webhook("", f"https://nobody.invalid{PATH}"), MESSAGE, QUICK)
    assert unnamed.fate in ("again", "unknown")  # a resolver may take longer than the limit


def test_proxies_and_credentials_of_the_environment_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with webhook_server() as server:
        assert post(Webhook("", server.address), MESSAGE, PATIENT).fate == "sent"
        monkeypatch.setenv(PROXY_VARIABLE, "http://127.0.0.1:9")
        found = post(Webhook("", server.address), MESSAGE, PATIENT)
        assert (found.fate, found.is_down) == ("again", True)
        assert len(server.requests) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that nobody trusts, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    made, key = folder / "cert.pem", folder / "key.pem"
    arguments = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(made)]
    try:
        subprocess.run(
            ["openssl", "req", *arguments, *names, *files], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("openssl, which makes the certificate, is not to be had here")
    return made, key


def test_a_certificate_that_nobody_trusts_gets_no_message(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(3):
                try:
                    plain, _ = listener.accept()
                    with context.wrap_socket(plain, server_side=True) as connection:
                        message = b""
                        while not message.endswith(b"}"):
                            message += connection.recv(65_536)
                        received.append(message)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                except OSError:
                    continue

        threading.Thread(target=serve, daemon=True).start()
        webhook = Webhook("", f"https://localhost:{listener.getsockname()[1]}{PATH}")
        found = post(webhook, MESSAGE, PATIENT)
        assert (found.fate, found.said) == ("refused", "its certificate is not trusted")
        assert received == []
        monkeypatch.setenv(CA_VARIABLE, str(certificate[0].parent / "missing.pem"))
        assert post(webhook, MESSAGE, PATIENT).fate == "refused"
        monkeypatch.setenv(CA_VARIABLE, str(certificate[0]))
        assert post(webhook, MESSAGE, PATIENT).fate == "sent"
        assert len(received) == 1
