"""Gate 1's warnings about a file that is unlike the files of its feed before it.

The newest file (by its newest content, never by its arrival) is held against those of its own day
and of the eight days with files before it: where each warehouse or each hour sends its own file,
the files of its own kind are among them.
What is asked goes beyond all that those files have shown, so that a shop whose exports differ from
each other raises no alarm, nor one that has too few files or rows to tell. Rows are young in an
export of a day and old in one of a month: of the files before, the rows of the newest file's ages
are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows.contracts import Column, Contract
from flows.quality.model import Expectation
from flows.quality.surge import surging_shops

_FILES = "inputs.files"
_DAYS_BEFORE = 8
_MOST_FILES_BEFORE = 120
_LEAST_FILES_BEFORE = 4
_LEAST_ROWS = 50
# A mix has changed where this share of the rows has words beyond what any file before had; a file
# of few rows needs more. Rows of one age are those of the third and fourth week before the newest.
_MOVED_SHARE = 0.3
_DEVIATIONS = 6
_AGE_DAYS = (14, 28)
# A column was always filled up to this share of empty cells, and is no longer from that one on.
_ALWAYS_FILLED = 0.01
_EMPTY_NOW = 0.3
# A unit or currency changes an amount by a hundred, a thousand or more, a price war by less.
_SCALE = 8
# The rows of a file were read before, where the files before hardly had any of each other's.
_USUAL_REPEATS = 0.5
_REPEATED = 0.3


def file_drift(contract: Contract) -> Iterator[Expectation]:
    """The warnings on the newest file of a feed of facts."""
    looked_at = _Profile(contract)
    if looked_at.watched:
        yield _mix(looked_at)
    yield _filled(looked_at)
    if looked_at.amounts:
        yield _amounts(looked_at)
    yield _repeats(looked_at)


class _Profile:
    """What one scan of the feed's recent files tells of each of them."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.watched = [column for column in contract.columns if column.watched]
        self.optional = [column.name for column in contract.columns if column.nullable]
        self.amounts = [
            column.name for column in contract.columns if column.physical_type.startswith("DECIMAL")
        ]

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """The recent files, and of each its rows, filled cells, words and mean logarithms."""
        return (*self.recent, ("profile", self._profile()))

    @property
    def recent(self) -> tuple[tuple[str, str], ...]:
        """The newest files of the feed, n is 0 for the newest, and the age of its oldest row."""
        stamp = event_time(self.contract)
        newest = (
            "select shop_id, left(sha256(sha256), 16) as source_id, any_value(file) as file, "
            "row_number() over (partition by shop_id order by max(newest_at) desc, sha256) - 1 "
            f"as n from {_FILES} where feed = '{self.contract.feed}' and status = 'loaded' "
            f"and newest_at is not null and rows_accepted >= {_LEAST_ROWS} "
            f"group by shop_id, sha256 qualify n <= {_MOST_FILES_BEFORE} and dense_rank() over "
            f"(partition by shop_id order by max(newest_at)::date desc) <= {_DAYS_BEFORE + 1} "
            f"and count(*) over (partition by shop_id) > {_LEAST_FILES_BEFORE}"
        )
        spans = (
            f"select f.shop_id, f.n, max(t.{stamp}) as to_at, min(t.{stamp}) as from_at "
            f"from lake.{self.contract.table} as t inner join newest_files as f "
            "on f.shop_id = t.shop_id and f.source_id = t.source_id group by all"
        )
        recent = (
            "select f.*, s.to_at, s.to_at - max(s.to_at - s.from_at) filter (f.n = 0) "
            "over (partition by f.shop_id) as since_at "
            "from newest_files as f inner join spans as s using (shop_id, n)"
        )
        return (("newest_files", newest), ("spans", spans), ("recent", recent))

    def _profile(self) -> str:
        filled = ", ".join(f"count(t.{name})" for name in self.optional)
        sizes = ", ".join(f"avg(ln(nullif(abs(t.{name}::double), 0)))" for name in self.amounts)
        sized = ", ".join(f"count(nullif(t.{name}, 0))" for name in self.amounts)
        words = ", ".join(f"histogram({self._word(column)})" for column in self.watched)
        return (
            f"select r.shop_id, r.file, r.n, count(*) as rows, [{filled}] as filled, "
            f"[{sizes}]::double[] as sizes, [{sized}]::bigint[] as sized, [{words}] as words "
            f"from lake.{self.contract.table} as t inner join recent as r "
            "on r.shop_id = t.shop_id and r.source_id = t.source_id "
            f"and t.{event_time(self.contract)} >= r.since_at group by all"
        )

    def _word(self, column: Column) -> str:
        if column.watched != "progress":
            return f"t.{column.name}"
        first, last = _AGE_DAYS
        stamp = f"t.{event_time(self.contract)}"
        return (
            f"case when {stamp} < r.to_at - interval {first} day "
            f"and {stamp} >= r.to_at - interval {last} day then t.{column.name} end"
        )

    def expect(
        self,
        name: str,
        description: str,
        found: str,
        note: str,
        steps: tuple[tuple[str, str], ...] | None = None,
    ) -> Expectation:
        """A warning about the newest file; `found` yields shop_id, file and what the note says."""
        return Expectation(
            name=name,
            table=self.contract.table,
            severity="warning",
            topic="volume",
            feed=self.contract.feed,
            description=description,
            query=f"select shop_id, count(*) as failures, {note} as note from ({found}) group by 1",
            counted="columns",
            files=f"select shop_id, file from ({found})",
            shared=self.steps if steps is None else steps,
        )


def _named(names: list[str]) -> str:
    return "[" + ", ".join(f"'{name}'" for name in names) + "]"


def _mix(profile: _Profile) -> Expectation:
    names = _named([column.name for column in profile.watched])
    # What becomes of orders changes behind a surge, and no file is at fault.
    late = [column.name for column in profile.watched if column.watched == "progress"]
    listed = ", ".join(f"'{name}'" for name in late)
    calm = f" and not (column_name in ({listed}) and shop_id in ({surging_shops()}))"
    calm = calm if late else ""
    found = (
        "with columns_of as (select shop_id, file, n, "
        f"unnest({names}) as column_name, unnest(words) as words from profile), "
        "shares as (select shop_id, file, n, column_name, entry.key as word, "
        "entry.value as rows, sum(entry.value) over (partition by shop_id, n, column_name) "
        "as whole from (select * exclude (words), unnest(map_entries(words)) as entry "
        f"from columns_of)), judged as (select * from shares where whole >= {_LEAST_ROWS}), "
        # Where every file has one word, and not all the same, the column tells the files apart.
        "known as (select shop_id, column_name, count(distinct n) filter (n > 0) as files "
        "from judged group by all having count(*) > count(distinct n) "
        "or count(distinct word) filter (n > 0) = 1), "
        # The share of a word that a file does not have is 0, and so is never the most.
        "before as (select shop_id, column_name, word, max(rows / whole) as most from judged "
        "where n > 0 group by all) "
        "select shop_id, file, column_name, "
        "sum(greatest(rows / whole - coalesce(most, 0), 0)) as amount "
        "from judged left join before using (shop_id, column_name, word) "
        "inner join known using (shop_id, column_name) "
        f"where n = 0 and files >= {_LEAST_FILES_BEFORE}{calm} "
        "group by shop_id, file, column_name "
        f"having amount > greatest({_MOVED_SHARE}, {_DEVIATIONS} / sqrt(any_value(whole)))"
    )
    return profile.expect(
        "mix_as_usual",
        "The newest file has the mix of words that the files before it had",
        found,
        "printf('%d %% of the rows of the newest file have another %s than in the files before', "
        "(100 * max(amount))::bigint, string_agg(column_name, ', ' order by column_name))",
    )


def _filled(profile: _Profile) -> Expectation:
    """A column that is empty now; not where another is filled instead: the layout has changed."""
    found = (
        "select shop_id, file, column_name, amount, most from ("
        "select *, bool_or(least = 1 and amount < 1) over (partition by shop_id) as is_changed "
        "from (select shop_id, any_value(file) filter (n = 0) as file, column_name, "
        "max(empty) filter (n = 0) as amount, max(empty) filter (n > 0) as most, "
        "min(empty) filter (n > 0) as least, count(*) filter (n > 0) as files "
        "from (select shop_id, file, n, column_name, 1 - filled / rows as empty from ("
        f"select shop_id, file, n, rows, unnest({_named(profile.optional)}) as column_name, "
        f"unnest(filled) as filled from profile) where rows >= {_LEAST_ROWS}) "
        "group by shop_id, column_name)) "
        f"where not is_changed and files >= {_LEAST_FILES_BEFORE} "
        f"and ((most <= {_ALWAYS_FILLED} and amount >= {_EMPTY_NOW}) "
        "or (most <= 0.9 and amount = 1))"
    )
    return profile.expect(
        "filled_as_usual",
        "No column that was filled in the files before is empty in the newest file",
        found,
        "printf('%s: empty in %d %% of the rows of the newest file, before in at most %d %%', "
        "string_agg(column_name, ', ' order by column_name), (100 * min(amount))::bigint, "
        "(100 * max(most))::bigint)",
    )


def _amounts(profile: _Profile) -> Expectation:
    found = (
        "select shop_id, any_value(file) filter (n = 0) as file, column_name, "
        "max(size) filter (n = 0) as now, min(size) filter (n > 0) as least, "
        "max(size) filter (n > 0) as most, greatest(now - most, least - now) as amount "
        f"from (select shop_id, file, n, unnest({_named(profile.amounts)}) as column_name, "
        "unnest(sizes) as size, unnest(sized) as rows from profile) "
        f"where rows >= {_LEAST_ROWS} group by shop_id, column_name "
        f"having count(*) filter (n > 0) >= {_LEAST_FILES_BEFORE} and amount > ln({_SCALE})"
    )
    return profile.expect(
        "amounts_as_usual",
        "Amounts of the newest file are of the size of those in the files before",
        found,
        "printf('%s: about %d times %s than in any file before; has the unit or currency changed?',"
        " string_agg(column_name, ', ' order by column_name), exp(max(amount))::bigint, "
        "case when bool_or(now > most) then 'larger' else 'smaller' end)",
    )


def _repeats(profile: _Profile) -> Expectation:
    """Rows of the newest file that older ones hold, where files do not repeat each other.

    Keys are compared only where the newest file reaches back behind the end of the file before it
    further than files of its feed do.
    """
    contract = profile.contract
    stamp = event_time(contract)
    keys = ", ".join(contract.keys)
    mine = "t.shop_id = f.shop_id and t.source_id = f.source_id"
    found = (
        "with ends as (select f.*, lead(f.to_at) over "
        "(partition by f.shop_id order by f.n) as before_at from recent as f), "
        "back as (select f.shop_id, f.n, any_value(f.file) as file, count(*) as rows, "
        f"count(*) filter (t.{stamp} < f.before_at) / count(*) as share "
        f"from lake.{contract.table} as t inner join ends as f on {mine} "
        "where f.before_at is not null group by all), "
        "reaching as materialized (select shop_id, any_value(file) filter (n = 0) as file, "
        "max(rows) filter (n = 0) as rows, max(share) filter (n > 0) as most from back group by 1 "
        f"having most <= {_USUAL_REPEATS} and max(share) filter (n = 0) >= most + {_REPEATED} "
        f"and count(*) >= {_LEAST_FILES_BEFORE}), "
        f"candidates as materialized (select t.shop_id, t.source_id, hash({keys}) as key "
        f"from lake.{contract.table} as t inner join ends as f on {mine} and f.n = 0 "
        "where t.shop_id in (select shop_id from reaching)) "
        "select c.shop_id, any_value(r.file) as file, count(distinct c.key) / any_value(r.rows) "
        "as amount, any_value(r.most) as most from candidates as c "
        f"inner join reaching as r using (shop_id) inner join (select shop_id, source_id, "
        f"hash({keys}) as key from lake.{contract.table} where shop_id in "
        "(select shop_id from reaching)) as t on t.shop_id = c.shop_id and t.key = c.key "
        # A file that was dropped again, mended, under its name is no file of other days.
        f"where not exists (select 1 from {_FILES} as g where g.shop_id = c.shop_id "
        "and g.file = r.file and left(sha256(g.sha256), 16) = t.source_id) "
        f"group by 1 having amount >= most + {_REPEATED}"
    )
    return profile.expect(
        "rows_are_new",
        "The newest file does not repeat older files more than files of its feed do",
        found,
        "printf('%d %% of the rows of the newest file were in older files, usually at most %d %%: "
        "is it an export of the wrong days?', (100 * max(amount))::bigint, "
        "(100 * max(most))::bigint)",
        steps=profile.recent,
    )


def event_time(contract: Contract) -> str:
    """The stamp that says when a row of the feed happened: its first required one, else its first.

    Raises:
        StopIteration: when the feed has no stamp.
    """
    stamps = [column for column in contract.columns if column.kind == "timestamp"]
    return next(iter([column for column in stamps if not column.nullable] or stamps)).name
