"""One HTTP request to an incoming webhook, bounded in time and size, told without its address."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any, Literal

from flows.alerts.webhooks import Webhook
from flows.masking import PROXY_VARIABLE

if TYPE_CHECKING:
    import requests

CA_VARIABLE = "GREENZONE_WEBHOOK_CA"

Fate = Literal["sent", "unknown", "again", "refused"]

_AGAIN = frozenset({408, 425, 429, 500, 503})
"""Answers that say that nothing was done; of other 5xx a gateway may have passed the message on."""
_MAX_ANSWER = 4_096


@dataclass(frozen=True)
class Limits:
    """Seconds: to connect, to wait for each part of an answer, for all of one request."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 20.0


@dataclass(frozen=True)
class Answer:
    """What came of a request.

    ``fate``: ``sent``; ``unknown`` (it may have arrived); ``again`` (it surely did not, and another
    try may help); ``refused`` (it did not, and another try is no use). ``said``: in words, without
    an address. ``wait``: seconds that the other side asks to wait, None where it does not.
    ``is_down``: nobody answered at all.
    """

    fate: Fate
    said: str
    wait: float | None = None
    is_down: bool = False


def post(webhook: Webhook, message: dict[str, Any], limits: Limits) -> Answer:
    """Send a message once. Never raises for what the network or the other side does.

    The request runs in a thread of its own, so that neither a name server without an answer nor
    an answer that drips byte by byte can hold the run longer than `limits.total`.
    """
    body = json.dumps(message).encode()
    found: list[Answer] = []

    def run() -> None:
        found.append(_request(webhook, body, limits))

    thread = threading.Thread(target=run, name="webhook", daemon=True)
    thread.start()
    thread.join(limits.total)
    if found:
        return found[0]
    return Answer("unknown", f"no whole answer within {limits.total:.0f} seconds")


def _request(webhook: Webhook, body: bytes, limits: Limits) -> Answer:
    import requests
    from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

    authorities = os.environ.get(CA_VARIABLE)
    if authorities and not Path(authorities).exists():
        return Answer("refused", f"{CA_VARIABLE} names no file", is_down=True)
    try:
        with requests.Session() as session:
            # Neither proxies nor credentials of the environment, which belong to other programs.
            session.trust_env = False
            proxy = os.environ.get(PROXY_VARIABLE)
            session.proxies = {"http": proxy, "https": proxy} if proxy else {}
            with session.post(
                webhook.address,
                data=body,
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "User-Agent": "greenzone",
                },
                timeout=(limits.connect, limits.read),
                verify=authorities or True,
                allow_redirects=False,
                stream=True,
            ) as response:
                return _judge(response)
    except requests.exceptions.InvalidURL:
        return Answer("refused", f"an address or a {PROXY_VARIABLE} that is none", is_down=True)
    except requests.exceptions.SSLError as error:
        if _has_cause(error, (SSLCertVerificationError,)):
            return Answer("refused", "its certificate is not trusted", is_down=True)
        return Answer("unknown", "the encryption broke before an answer")
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError):
        return Answer("again", "no connection", is_down=True)
    except requests.exceptions.ConnectionError as error:
        if _has_cause(error, (NewConnectionError, ConnectTimeoutError)):
            return Answer("again", "no connection", is_down=True)
        return Answer("unknown", "the connection broke before an answer")
    except requests.exceptions.ReadTimeout:
        return Answer("unknown", f"no answer within {limits.read:.0f} seconds")
    except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
        return Answer("unknown", f"an answer that makes no sense ({type(error).__name__})")


def _judge(response: requests.Response) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        if _first_bytes(response).lstrip().startswith(b"<"):
            return Answer("unknown", f"{status} with a web page, which no webhook answers")
        return Answer("sent", str(status))
    if status in _AGAIN:
        return Answer("again", str(status), wait=_wait(response.headers.get("Retry-After")))
    if status >= 500 or status < 200:
        return Answer("unknown", str(status))
    if 300 <= status < 400:
        return Answer("refused", f"{status}, a redirect, which is not followed")
    return Answer("refused", str(status))


def _first_bytes(response: requests.Response) -> bytes:
    """The beginning of the body, nothing where it does not come: the status has been said."""
    from urllib3.exceptions import HTTPError

    try:
        return bytes(response.raw.read1(_MAX_ANSWER))
    except (HTTPError, OSError, ValueError):
        return b""


def _wait(header: str | None) -> float | None:
    """The seconds of a `Retry-After`: a number, or a moment."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _has_cause(error: BaseException, kinds: tuple[type[BaseException], ...]) -> bool:
    """Whether a failure comes from one of these, by the causes that it names."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        if isinstance(cause, kinds):
            return True
        seen.add(id(cause))
        waiting += [*cause.args, cause.__cause__, cause.__context__]
        waiting.append(getattr(cause, "reason", None))
    return False


Post = Callable[[Webhook, dict[str, Any], Limits], Answer]
"""The form of `post`, for tests that need no network."""
