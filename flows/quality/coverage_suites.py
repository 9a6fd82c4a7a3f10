"""What must hold of the marts that say where orders go, how far it is, and by which route."""

from flows.quality.mart_shape import critical
from flows.quality.model import Expectation

COVERAGE: dict[str, tuple[Expectation, ...]] = {
    "shipping_zones": (
        critical(
            "shipping_zones",
            "known_zones",
            "A zone is one of 1 to 9, and its source is the bands or the official chart",
            fails_when="zone not between 1 and 9 or computed_zone not between 1 and 8 "
            "or zone_source not in ('computed', 'official_chart') "
            "or (zone_source = 'computed' and zone is distinct from computed_zone)",
        ),
    ),
}
