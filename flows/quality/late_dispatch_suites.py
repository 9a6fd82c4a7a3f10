"""What must hold of the marts that say why orders were late."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

_STAGES = ("confirm", "allocate", "pick", "pack", "label", "tender", "first_scan")
_TINY = "1e-6"


def _sum(suffix: str) -> str:
    return " + ".join(f"coalesce({stage}_{suffix}, 0)" for stage in _STAGES)


def _differs(parts: str, whole: str) -> str:
    """Shops of which two counts differ; each gives shop_id and n."""
    return (
        "select shop_id, abs(coalesce(a.n, 0) - coalesce(b.n, 0)) as failures "
        f"from ({parts}) as a full join ({whole}) as b using (shop_id) "
        "where coalesce(a.n, 0) <> coalesce(b.n, 0)"
    )


LATE_DISPATCH: dict[str, tuple[Expectation, ...]] = {
    "late_dispatch_causes": (
        critical(
            "late_dispatch_causes",
            "every_late_order",
            "Every late order has its one cause",
            query=_differs(
                "select shop_id, count(*) as n from marts.late_dispatch_causes "
                "where primary_cause is not null group by 1",
                "select shop_id, count(*) as n from marts.orders "
                "where is_late_dispatch or is_overdue_open group by 1",
            ),
            counted="orders",
        ),
        critical(
            "late_dispatch_causes",
            "stages_add_up",
            "The hours of an order's stages add up to the time that it took",
            fails_when=f"abs({_sum('hours')} - elapsed_hours) > {_TINY} "
            f"or elapsed_hours > 0 and abs({_sum('share')} - 1) > {_TINY}",
            example="order_id",
        ),
    ),
    "late_dispatch_segments": (
        critical(
            "late_dispatch_segments",
            "causes_add_up",
            "The causes of a segment add up to its late orders",
            query="select shop_id, count(*) as failures from (select shop_id, window_name, "
            "dimension, segment, "
            "sum(late_orders) filter (where primary_cause <> '(all)') as parts, "
            "sum(late_orders) filter (where primary_cause = '(all)') as whole "
            "from marts.late_dispatch_segments group by all) "
            "where coalesce(parts, 0) is distinct from whole group by 1",
            counted="segments",
        ),
        critical(
            "late_dispatch_segments",
            "dimensions_agree",
            "By every dimension the shop has the same late orders and the same orders",
            query="select shop_id, count(*) - 1 as failures from (select distinct shop_id, late, n "
            "from (select shop_id, dimension, sum(late_orders) as late, sum(orders) as n "
            "from marts.late_dispatch_segments where primary_cause = '(all)' group by all)) "
            "group by 1 having count(*) > 1",
            counted="totals too many",
        ),
        critical(
            "late_dispatch_segments",
            "late_at_most_orders",
            "No segment has more late orders than orders",
            fails_when="late_orders < 0 or late_orders > orders",
        ),
    ),
}
"""Expectations by mart."""
