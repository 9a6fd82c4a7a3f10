"""Real commands with a real webhook on loopback: what is sent, and that its address stays unseen.

The address is a canary. After a run whose webhook fails in every try, with `--debug` and with the
HTTP library's own log switched on, no byte of the home folder and no line of output holds it.
"""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from flows.home.files import files_under, read_json
from flows.home.layout import Home
from tests.alerts.webhook_server import PATH, answer, reset, webhook_server
from tests.end_to_end.conftest import DAY, Done, greenzone, make_shop

pytestmark = pytest.mark.end_to_end

SECRET = PATH.rpartition("/")[2]
NOISY = {"PREFECT_LOGGING_EXTRA_LOGGERS": "urllib3,requests"}

_SAVE_BLOCK = """
import sys
from pathlib import Path
from flows.home.layout import Home
from flows.orchestration.prefect_home import with_api

with with_api(Home(Path(sys.argv[1])), "CRITICAL"):
    from prefect.blocks.system import Secret

    Secret(value=sys.stdin.read()).save("greenzone-slack-webhook")
"""


def spellings(secret: str) -> list[bytes]:
    """A secret as it might be written."""
    plain = secret.encode()
    found = [plain, secret.encode("utf-16-le"), quote(secret, safe="").encode()]
    # Of base64 what does not depend on what stands before it.
    return found + [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]


def holders(home: Home, *outputs: Done) -> list[str]:
    """The files and outputs that hold the secret part of the address."""
    wanted = spellings(SECRET)
    found = []
    for path in files_under(home.root):
        content = path.read_bytes()
        found += [str(path)] * any(spelling in content for spelling in wanted)
    said = "".join(done.out + done.err for done in outputs)
    return found + ["output"] * any(spelling.decode("latin-1") in said for spelling in wanted)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home folder with one simulated shop, nothing run yet."""
    made = Home(tmp_path_factory.mktemp("home"))
    make_shop(made, "demo", 5)
    return made


def test_a_failing_webhook_fails_no_run_and_its_address_is_nowhere(home: Home) -> None:
    with webhook_server(answer("500 Oops"), answer("404 Not Found", PATH.encode()), reset) as hook:
        done = greenzone(
            home,
            *("daily", "--date", DAY, "--json", "--debug"),
            environment={**NOISY, "GREENZONE_SLACK_WEBHOOK": hook.address},
        )
        assert done.code == 0, done.err
        sent = done.json["delivery"]
        assert sent["undelivered"] and sent["unknown"] and not sent["sent"], sent
        assert len(hook.requests) == 1 + len(sent["undelivered"]) + len(sent["unknown"])
    assert "was not delivered: http://127.0.0.1/… said 404." in done.err
    assert read_json(Path(done.json["record"]))["status"] == "published"  # type: ignore[index]
    shown = greenzone(home, "status")
    assert "not delivered: demo/" in shown.out and "may have arrived or not: demo/" in shown.out
    assert holders(home, done, shown) == []


def test_what_waited_is_sent_once_to_the_address_in_a_prefect_block(home: Home) -> None:
    with webhook_server() as hook:
        saved = subprocess.run(
            [sys.executable, "-c", _SAVE_BLOCK, str(home.root)],
            input=hook.address,
            text=True,
            capture_output=True,
            env={**os.environ, "GREENZONE_HASH_KEY": os.environ["GREENZONE_HASH_KEY"]},
            check=False,
        )
        assert saved.returncode == 0, saved.stderr
        before = set(greenzone(home, "deliver", "--dry-run", "--json").json["due"][0])
        assert before == {"key", "kind", "words"}
        done = greenzone(home, "deliver", "--json", "--debug", environment=NOISY)
        assert done.code == 0, done.err
        assert done.json["sent"] and not done.json["undelivered"]
        assert len(hook.requests) == len(done.json["sent"])
        for _, message in hook.requests:
            assert set(message) == {"text", "blocks"}
            assert message["blocks"][0]["type"] == "header"
        again = greenzone(home, "deliver", "--json")
        assert again.code == 0 and again.json["sent"] == []
        assert len(hook.requests) == len(done.json["sent"])
    assert holders(home, done, again) == []


def test_an_address_that_is_none_ends_before_anything_is_read(home: Home) -> None:
    wrong = {"GREENZONE_SLACK_WEBHOOK_DATA": f"http://hooks.example.com{PATH}"}
    done = greenzone(home, "daily", "--date", "2026-04-11", "--debug", environment=wrong)
    assert done.code == 2 and "GREENZONE_SLACK_WEBHOOK_DATA" in done.err
    assert holders(home, done) == []
    # The search does find one.
    (home.root / "note").write_text(f"https://hooks.example.com{PATH}", encoding="utf-16")
    assert holders(home, Done(0, PATH, "")) == [str(home.root / "note"), "output"]
