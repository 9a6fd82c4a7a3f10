"""No run speaks to anything but this machine: with the network cut off, and with every call seen.

The commands run in a network namespace that has nothing but a loopback, so what needs more fails.
That they do not even try is seen by `strace` (every process, whatever it is written in) and by an
audit hook in each Python process (which also sees names being looked up).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest

from flows.home.layout import Home
from tests.end_to_end.conftest import DAY, make_shop

pytestmark = pytest.mark.end_to_end

_HOOK = """
import os, sys
def _see(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        said = f"{event} {arguments[1]!r}"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        said = f"{event} {arguments[0]!r}"
    else:
        return
    descriptor = os.open(os.environ["SEEN_CALLS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, (said + "\\n").encode())
    os.close(descriptor)
sys.addaudithook(_see)
"""
# In the namespace the loopback is down; what brings it up needs no tool but Python.
_LOOPBACK_UP = (
    "import fcntl, os, socket, struct, sys; "
    "s = socket.socket(); fcntl.ioctl(s, 0x8914, struct.pack('16sH14s', b'lo', 0x49, b'')); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)
_CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_HOST = re.compile(r"\w+\.\w+ (?:\('|b?')([^']+)'")
_OWN_NAMES = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Seen:
    """Commands that ran, and the calls to the network that were seen meanwhile."""

    codes: dict[str, int]
    errors: dict[str, str]
    by_kernel: str | None
    by_python: list[str]


def _cut_off() -> list[str]:
    """What runs a command without a network; empty where this machine cannot."""
    wrapped = ["unshare", "--map-root-user", "--net", sys.executable, "-c", _LOOPBACK_UP]
    try:
        done = subprocess.run([*wrapped, "true"], capture_output=True, check=False, timeout=60)
    except OSError:
        return []
    return wrapped if done.returncode == 0 else []


def _traced(out: Path) -> list[str]:
    """What writes down every call to the network; empty where this machine cannot."""
    command = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", _CALLS, "-o", str(out)]
    try:
        done = subprocess.run([*command, "true"], capture_output=True, check=False, timeout=60)
    except OSError:
        return []
    return command if done.returncode == 0 else []


_COMMANDS = {
    "daily": ["daily", "--date", DAY],
    "weekly": ["weekly", "--week", "2026-W15"],
    "backfill": ["backfill", "--from", "2026-04-10", "--to", "2026-04-11"],
    "pulse": ["pulse", "--at", f"{DAY}T14:00"],
    "status": ["status"],
    "doctor": ["doctor"],
}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("daily", "status", "doctor"), id="daily"),
        pytest.param(tuple(_COMMANDS), id="every command", marks=pytest.mark.long),
    ],
)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("network")
    home = Home(folder / "home")
    make_shop(home, "demo", 5)
    (folder / "hook").mkdir()
    (folder / "hook" / "sitecustomize.py").write_text(_HOOK)
    calls, trace = folder / "calls", folder / "strace"
    environment = {
        name: value
        for name, value in os.environ.items()
        # What the product switches off has to be switched off by it, not by who runs the tests.
        if not re.search("TRACK|ANALYTICS|ANONYMOUS|TELEMETRY|PREFECT", name)
    }
    environment["SEEN_CALLS"] = str(calls)
    path = [str(folder / "hook"), str(Path.cwd()), os.environ.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path)
    environment["HOME"] = str(folder)
    traced, codes, errors = _traced(trace), {}, {}
    parts = []
    for name in request.param:
        done = subprocess.run(
            [*_cut_off(), *traced, sys.executable, "-m", "flows", *_COMMANDS[name]],
            env={**environment, "GREENZONE_HOME": str(home.root)},
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        codes[name], errors[name] = done.returncode, done.stderr[-3000:]
        if trace.exists():
            parts.append(trace.read_text(errors="replace"))
    python = calls.read_text().splitlines() if calls.exists() else []
    yield Seen(codes, errors, "\n".join(parts) if traced else None, python)
    shutil.rmtree(folder, ignore_errors=True)


def _is_own(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def test_every_command_works_with_the_network_cut_off(seen: Seen) -> None:
    if not _cut_off():
        pytest.skip("no network namespace can be made here (unshare --map-root-user --net)")
    assert seen.codes == dict.fromkeys(seen.codes, 0), seen.errors


def test_no_process_calls_anything_but_this_machine(seen: Seen) -> None:
    if seen.by_kernel is None:
        pytest.skip("strace is missing or may not trace here")
    found = [next(filter(None, match)) for match in _ADDRESS.findall(seen.by_kernel)]
    assert found, "the flow's own server is seen, so others would be"
    assert {address for address in found if not _is_own(address)} == set()


def test_no_python_process_looks_up_another_machine(seen: Seen) -> None:
    hosts = {match.group(1) for line in seen.by_python if (match := _HOST.match(line))}
    assert hosts, "the flow's own server is seen, so others would be"
    assert {host for host in hosts if host not in _OWN_NAMES and not host.startswith("/")} == set()
