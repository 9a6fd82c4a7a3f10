"""Who buys: most buyers once, some again, and in one scenario one who sends everything back."""

from collections.abc import Callable

import numpy as np
import polars as pl

from flows.simulate import files as fl
from flows.simulate.clock import DAY
from flows.simulate.plan import Orders, Returns
from flows.simulate.returns import COMPLETED, REFUNDED
from flows.simulate.scenarios import Script
from flows.simulate.types import IntArray

Stream = Callable[[str], np.random.Generator]

_AGAIN = 0.25
_MOST_RETURNED = 2
"""An ordinary buyer never sends back more orders than this."""

_REPEATED = 6
_REPEATED_DAYS = 60
_WORDS = (
    "amber", "birch", "cedar", "dune", "ember", "fern", "grove", "hazel", "iris", "juniper",
    "kelp", "lichen", "maple", "nettle", "olive", "poppy",
)  # fmt: skip


def make_buyers(
    stream: Stream, orders: Orders, back: Returns, script: Script, until: int
) -> IntArray:
    """The buyer of each order, as a number.

    A quarter of the orders is of somebody who has another one. Of no ordinary buyer come more than
    two orders back, as many as there may be.

    Args:
        until: the end of the last day; who sends everything back did so in the weeks before it.
    """
    rng = stream("buyers")
    count = len(orders)
    buyer = np.arange(count)
    again = (rng.random(count) < _AGAIN) & ~orders.sample
    buyer = np.where(again, rng.integers(0, max(count, 1), count), buyer)
    returned = np.unique(back.order)
    by_buyer = np.argsort(buyer[returned], kind="stable")
    held = buyer[returned[by_buyer]]
    turn = np.arange(len(held)) - np.searchsorted(held, held, side="left")
    surplus = returned[by_buyer[turn >= _MOST_RETURNED]]
    buyer[surplus] = count + surplus
    if script.repeat_returner:
        buyer[_sent_back(back, until)] = 2 * count
    return buyer


def _sent_back(back: Returns, until: int) -> IntArray:
    """Orders of the one who sends everything back: the last that were refunded for certain."""
    paid_back = np.isin(back.status, (COMPLETED, REFUNDED)) & (back.refunded < until - DAY)
    recent = back.requested >= until - _REPEATED_DAYS * DAY
    return np.unique(back.order[paid_back & recent][-2 * _REPEATED :])[-_REPEATED:]


def buyer_names(buyer: IntArray) -> pl.Series:
    """User names of buyers, made up beyond doubt."""
    word = fl.pick_text(_WORDS, buyer % len(_WORDS))
    return pl.select(
        pl.concat_str(pl.lit("made_up_"), pl.lit(word), pl.lit("_"), pl.lit(fl.ids(buyer)))
    ).to_series()
