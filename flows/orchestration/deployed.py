"""What a Prefect server knows of our deployments: asked over its API, without importing Prefect."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any

from flows.orchestration.automations import POOL
from flows.orchestration.prefect_home import setting, user_of, without_user

_SECONDS = 5.0
_ENDED_BADLY = ["FAILED", "CRASHED"]


@dataclass(frozen=True)
class Deployment:
    """A deployment: when it runs next, when it last did well, how it last ended badly.

    Moments are ISO 8601 texts (UTC), None where there is none. `late`: how many of its runs should
    have begun already.
    """

    name: str
    is_paused: bool
    next_at: str | None
    last_done_at: str | None
    last_bad_at: str | None
    last_bad_state: str | None
    late: int


def ask(url: str, path: str, content: dict[str, Any] | None = None) -> Any:
    """One request to the API at `url`; the answer's JSON.

    Raises `OSError`, `ValueError`, or `HTTPException` for what is no address.
    """
    headers = {"Content-Type": "application/json"}
    if user := user_of(url):
        headers["Authorization"] = f"Basic {b64encode(user.encode()).decode()}"
    elif key := setting("PREFECT_API_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(
        f"{without_user(url).rstrip('/')}/{path}",
        data=None if content is None else json.dumps(content).encode(),
        headers=headers,
    )
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        return json.load(answer)


def deployed(url: str) -> dict[str, Any]:
    """The worker and the deployments of our pool as a server tells them.

    `error` is a sentence where it does not, None else; then `is_worker_alive`, `automations` (how
    many of ours are on) and `deployments` are filled in.
    """
    found: dict[str, Any] = {
        "error": None,
        "is_worker_alive": None,
        "automations": 0,
        "deployments": [],
    }
    try:
        ours = {"work_pools": {"name": {"any_": [POOL]}}}
        for deployment in ask(url, "deployments/filter", ours):
            found["deployments"].append(asdict(_deployment(url, deployment)))
        found["deployments"].sort(key=lambda item: str(item["name"]))
        found["is_worker_alive"] = bool(found["deployments"]) and is_worker_alive(url)
        found["automations"] = sum(
            item["enabled"] and item["name"].startswith("greenzone: ")
            for item in ask(url, "automations/filter", {})
        )
    except urllib.error.HTTPError as error:
        found["error"] = f"the server answers with {error.code}"
    except (OSError, ValueError, HTTPException, KeyError, TypeError) as error:
        found["error"] = f"the server does not answer ({type(error).__name__})"
    return found


def is_worker_alive(url: str, since: float = 0.0) -> bool:
    """Whether a worker of our pool is alive; since: the least moment of its last sign (epoch)."""
    try:
        workers = ask(url, f"work_pools/{POOL}/workers/filter", {})
    except (OSError, ValueError, HTTPException):
        return False
    return any(
        worker["status"] == "ONLINE"
        and datetime.fromisoformat(worker["last_heartbeat_time"]).timestamp() >= since
        for worker in workers
    )


def _deployment(url: str, known: dict[str, Any]) -> Deployment:
    coming = _runs(url, known["id"], {"type": {"any_": ["SCHEDULED"]}}, "EXPECTED_START_TIME_ASC")
    # A pulse that was skipped is complete, but did nothing.
    done_state = {"type": {"any_": ["COMPLETED"]}, "name": {"any_": ["Completed"]}}
    done = _runs(url, known["id"], done_state, "END_TIME_DESC")
    bad = _runs(url, known["id"], {"type": {"any_": _ENDED_BADLY}}, "END_TIME_DESC")
    now = datetime.now(UTC).isoformat()
    return Deployment(
        name=known["name"],
        is_paused=bool(known["paused"]) or not any(s["active"] for s in known["schedules"]),
        next_at=next((_utc(run["expected_start_time"]) for run in coming), None),
        last_done_at=_utc(done[0]["end_time"]) if done else None,
        last_bad_at=_utc(bad[0]["end_time"]) if bad else None,
        last_bad_state=bad[0]["state_name"] if bad else None,
        late=sum(
            run["state_name"] == "Late" and (_utc(run["expected_start_time"]) or now) < now
            for run in coming
        ),
    )


def _runs(url: str, deployment: str, state: dict[str, Any], sort: str) -> list[dict[str, Any]]:
    wanted = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {"state": state},
        "sort": sort,
        "limit": 20,
    }
    return list(ask(url, "flow_runs/filter", wanted))


def _utc(text: str | None) -> str | None:
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="seconds")
