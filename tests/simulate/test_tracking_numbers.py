"""Tracking numbers carry true check digits, and the spoilt ones do not."""

import numpy as np
import pytest

from flows.simulate import tracking_numbers as tn
from tests.simulate.check_digits import fits

PUBLISHED = {
    "1Z5R89390357567127": {"UPS"}, "1Z879E930346834440": {"UPS"}, "2Z5R89390357567127": set(),
    "9400111206206406260787": {"USPS"}, "9261290113185417468510": {"USPS"},
    "C11031500001879": {"OnTrac"}, "C10000000000000": set(),
    "986578788855": {"FedEx"}, "986578788856": set(),
}  # fmt: skip
COUNT = 500


@pytest.mark.parametrize(("number", "carriers"), PUBLISHED.items())
def test_the_checker_knows_published_numbers(number: str, carriers: set[str]) -> None:
    assert fits(number) == carriers


@pytest.mark.parametrize(
    ("style", "carrier"),
    [(tn.UPS, "UPS"), (tn.USPS_94, "USPS"), (tn.USPS_92, "USPS"), (tn.FEDEX, "FedEx"),
     (tn.ONTRAC, "OnTrac")],
)  # fmt: skip
def test_numbers_fit_their_carrier_alone(style: int, carrier: str) -> None:
    rng = np.random.default_rng(style)
    day, serial = rng.integers(0, 9999, COUNT), rng.integers(0, 10**7, COUNT)
    good, bad = (
        tn.numbers(np.full(COUNT, style), day, serial, 417, np.full(COUNT, spoilt))
        for spoilt in (False, True)
    )
    assert all(fits(n) == {carrier} for n in good)
    assert not any(fits(n) for n in bad)


def test_numbers_of_one_day_differ() -> None:
    serial = np.arange(3000)
    style = serial % 8
    made = tn.numbers(style, np.full(3000, 2980), serial, 5, np.zeros(3000, dtype=bool))
    assert made.n_unique() == 3000
