"""What the doctor says, and the demo shop of an empty landing folder."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.commands import demo
from flows.commands.doctor import examine
from flows.commands.findings import Finding
from flows.home.layout import Home
from flows.home.state import PublicationState, ShopState


def _bad(home: Home) -> dict[str, str]:
    return {found.subject: found.mend for found in examine(home) if found.is_fault}


def test_an_empty_home_lacks_its_exports_alone(tmp_path: Path) -> None:
    assert set(_bad(Home(tmp_path / "home"))) == {"landing"}
    assert not (tmp_path / "home").exists(), "the doctor changes nothing"


def test_each_fault_has_its_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path).create()
    (home.landing / "orders.csv").write_text("x")
    monkeypatch.setenv("GREENZONE_TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    bad = _bad(home)
    assert set(bad) == {"landing", "GREENZONE_TIMEZONE", "Prefect"}
    assert "landing/<shop>/" in bad["landing"]


def test_a_shop_that_stopped_is_not_hidden_by_one_that_goes_on(tmp_path: Path) -> None:
    def found() -> Finding:
        return next(f for f in examine(home) if f.subject == "publication")

    home = Home(tmp_path).create()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    stopped = (yesterday - timedelta(days=30)).isoformat()
    shops = {"goes_on": ShopState(newest=yesterday.isoformat())}
    PublicationState(shops).write(PublicationState.path(home))
    assert (found().is_good, found().observed) == (True, f"to {yesterday.isoformat()}")
    shops["stopped"] = ShopState(newest=stopped)
    PublicationState(shops).write(PublicationState.path(home))
    assert (found().is_good, found().observed) == (False, f"stopped to {stopped}")


def test_a_demo_shop_fills_an_empty_landing_folder_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "DAYS", 5)
    monkeypatch.setattr(demo, "ORDERS_PER_DAY", 3)
    home = Home(tmp_path / "home")
    assert demo.fill_landing(home)
    assert [path.name for path in home.landing.iterdir()] == [demo.SHOP]
    assert home.landing.stat().st_mode & 0o007 == 0
    assert not (home.root / ".demo").exists()
    assert not demo.fill_landing(home)


def test_the_demo_leaves_exports_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.landing / "mine").mkdir(parents=True)
    assert not demo.fill_landing(home)


def test_a_landing_folder_that_everybody_may_read_is_warned_of() -> None:
    def found(home: Home) -> Finding:
        return next(f for f in examine(home) if f.subject == "names in landing")

    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        home = Home(Path(name)).create()
        assert home.landing.stat().st_mode & 0o007 == 0
        assert found(home).is_good
        home.landing.chmod(0o755)
        assert (found(home).is_good, found(home).is_fault) == (False, False)
        assert home.create().landing.stat().st_mode & 0o007 == 0o005
