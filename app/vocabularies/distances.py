"""Distances between codes of a tree, as small integers shared by ranking and filters."""

import re

from app.vocabularies.catalogue import vocabulary

FIELD_FAR = 3
REGION_FAR = 4
OVERSEAS = "000000"
_SHANDONG, _JINAN = "37", "3701"


def field_distance(a: str, b: str) -> int:
    """Distance of two fields: 0 same, 1 parent and child, 2 siblings, 3 (FIELD_FAR) different first levels.

    A child is closer to its parent than to a sibling, because a record filed under the parent may mean the child.

    Raises:
        KeyError: a code is not in the vocabulary.
    """
    fields = vocabulary("hightech_fields")
    if fields.root(a) != fields.root(b):
        return FIELD_FAR
    if a == b:
        return 0
    return 1 if fields.parent(a) == b or fields.parent(b) == a else 2


def region_covers(region: str, other: str) -> bool:
    """Whether `other` lies in `region`: 370000 covers 37xxxx, 370100 covers 3701xx, a district only itself.

    Works on any six-digit GB/T 2260 code, listed or not. Overseas covers only overseas.
    """
    if region == other:
        return True
    if OVERSEAS in (region, other):
        return False
    prefix = region.rstrip("0")
    length = 2 if len(prefix) <= 2 else 4 if len(prefix) <= 4 else 6
    return other[:length] == region[:length]


def region_above(code: str) -> str | None:
    """The nearest listed region that covers an unlisted county or district; None if the code is invalid.

    The list is complete for the cities of Shandong and the districts of Jinan. Elsewhere it holds the provinces and
    the larger cities. An unlisted code in an incomplete part is accepted; in a complete part it is invalid.
    """
    regions = vocabulary("regions")
    if not re.fullmatch(r"[1-9]\d{5}", code) or code in regions or code.startswith(_JINAN):
        return None
    city, province = f"{code[:4]}00", f"{code[:2]}0000"
    if city in regions and city != code:
        return city
    return province if province in regions and not code.startswith(_SHANDONG) else None


def region_distance(a: str, b: str) -> int:
    """Distance of two regions: 0 same, 1 same city or one covers the other, 2 same province, 3 same country,
    4 (REGION_FAR) overseas."""
    if a == b:
        return 0
    if OVERSEAS in (a, b):
        return REGION_FAR
    same_city = a[:4] == b[:4]
    if same_city or region_covers(a, b) or region_covers(b, a):
        return 1
    return 2 if a[:2] == b[:2] else 3
