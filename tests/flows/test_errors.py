"""What may be said of an error: never a cell that a library quotes."""

import polars as pl
import pytest

from flows.errors import StageError, describe, frames


def test_a_message_that_may_quote_a_cell_is_left_out() -> None:
    cell = "yranaC"[::-1]  # not as it is in the source, which a frame shows
    names = pl.DataFrame({"name": [cell]})
    with pytest.raises(pl.exceptions.PolarsError) as raised:
        names.select(pl.col("name").cast(pl.Int64))
    assert "Canary" in str(raised.value)
    assert describe(raised.value) == "InvalidOperationError"
    assert "Canary" not in frames(raised.value)
    assert describe(ValueError("Jane Canary")) == "ValueError"


def _fail() -> None:
    try:
        raise OSError(28, "No space left on device")
    except OSError as error:
        raise StageError("The run failed.", "Free some space.") from error


def test_causes_are_named_with_their_places() -> None:
    with pytest.raises(StageError) as raised:
        _fail()
    text = frames(raised.value)
    assert "test_errors.py" in text
    assert "No space left on device" in text
    assert text.index("Free some space") < text.index("caused by")
