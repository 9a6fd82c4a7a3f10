"""Same arguments, same bytes; wrong arguments, a reason."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from flows.simulate import simulate

START, END = date(2026, 2, 2), date(2026, 3, 1)


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*")) if p.is_file()
    }  # fmt: skip


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        simulate(tmp_path / name, "shop", START, END, 20, 5, ["viral", "oversell"])
    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "two")


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    simulate(tmp_path, "shop", START, END, 20, 5)
    first = fingerprint(tmp_path)
    simulate(tmp_path, "shop", START, date(2026, 2, 10), 20, 6)
    simulate(tmp_path, "shop", START, END, 20, 5)
    assert fingerprint(tmp_path) == first


def test_seed_and_shop_make_a_difference(tmp_path: Path) -> None:
    texts = set()
    for shop, seed in (("a", 1), ("a", 2), ("b", 1)):
        made = simulate(tmp_path / f"{shop}{seed}", shop, START, END, 5, seed)
        texts.add((made.truth / "orders.csv").read_text())
    assert len(texts) == 3


def test_truth_can_be_left_out(tmp_path: Path) -> None:
    made = simulate(tmp_path, "shop", START, START, 5, 1, truth=False)
    assert [p.name for p in made.truth.iterdir()] == ["row_accounting.csv"]
    assert made.as_dict()["landing"] == str(made.landing)


@pytest.mark.parametrize(
    ("end", "orders", "scenarios", "words"),
    [
        (date(2026, 1, 1), 5, ["calm"], "before it starts"),
        (END, 0, ["calm"], "at least 1"),
        (END, 5, ["storm"], "unknown scenario storm"),
    ],
)
def test_wrong_arguments_are_refused(
    tmp_path: Path, end: date, orders: int, scenarios: list[str], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        simulate(tmp_path, "shop", START, end, orders, 1, scenarios)
    assert not (tmp_path / "landing").exists()


def test_a_single_day_works(tmp_path: Path) -> None:
    made = simulate(tmp_path, "shop", START, START, 3, 2, ["live", "viral"])
    assert made.orders > 0
