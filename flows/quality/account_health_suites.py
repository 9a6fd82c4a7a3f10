"""What must hold in the account health marts before they are published: the ledger's sums."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

ACCOUNT_HEALTH: dict[str, tuple[Expectation, ...]] = {
    "account_health_daily": (
        critical(
            "account_health_daily",
            "changes_add_up",
            "Opening and changes of a day add up to its score",
            fails_when="opening + gained + lost + appealed + rolled_off + clamped "
            "is distinct from score",
        ),
    ),
    "account_health_waterfall": (
        critical(
            "account_health_waterfall",
            "adds_up_to_the_score",
            "Opening and changes of a waterfall add up to its closing score",
            query="select shop_id, count(*) as failures from (select shop_id, as_of_on, "
            "sum(points) filter (kind <> 'closing') as steps, "
            "sum(points) filter (kind = 'closing') as closing "
            "from marts.account_health_waterfall group by all) "
            "where steps is distinct from closing group by 1",
            counted="waterfalls",
        ),
    ),
}
