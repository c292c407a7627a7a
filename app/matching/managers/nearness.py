"""How near a manager's fields, regions, languages and work are to those of a pair: plain values."""

import math
from datetime import date

from app.matching.facts.constraints import OPEN_REGION
from app.matching.facts.models import TrackRecord

# Half-life of the weight of a brokered transfer, in years.
WORK_HALF_LIFE_YEARS = 4.0
# Annual contract amount of tier C (5,000 万元) in the recognition rules; a larger amount makes no further difference.
MUCH_WORK_WAN = 5000.0
# Nearness in the field tree: one code includes the other ("20" and "207"), or both are branches of one field.
COVERED_FIELD, SIBLING_FIELD, UNKNOWN_FIELD = 0.8, 0.5, 0.5


def field_agreement(own: tuple[str, ...], other: tuple[str, ...]) -> float:
    """1 same code, 0.8 one includes the other, 0.5 branches of one field, 0 otherwise; 0.5 if a side names none.

    Finer than the nearness of pairs: a manager of a whole field is not an expert in each of its branches.
    """
    if not own or not other:
        return UNKNOWN_FIELD
    return max(_code_agreement(one, another) for one in own for another in other)


def _code_agreement(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if one.startswith(other) or other.startswith(one):
        return COVERED_FIELD
    return SIBLING_FIELD if one[:2] == other[:2] else 0.0


def region_served(served: tuple[str, ...], region: str | None) -> float:
    """1 region served (370100 includes 3701xx, 370000 the province), 0.5 same city, 0.25 same province, else 0.

    0.5 if the demand's region or the manager's regions are unknown.
    """
    if not served or not region:
        return 0.5
    return max(_covers(code, region) for code in served)


def _covers(code: str, region: str) -> float:
    whole_province = code[2:] == "0000" and code != OPEN_REGION
    whole_city = code[4:] == "00" and not whole_province
    if (
        code == region
        or (whole_province and code[:2] == region[:2])
        or (whole_city and code[:4] == region[:4])
    ):
        return 1.0
    if code[:4] == region[:4]:
        return 0.5
    return 0.25 if code[:2] == region[:2] else 0.0


def language_fit(spoken: tuple[str, ...], needed: frozenset[str]) -> float:
    """0 if they speak all languages of the pair, −1 if one of two is missing, −0.4 if the only one is missing.

    Unknown languages give −0.25 for a pair with two languages, else 0.
    """
    two = len(needed) > 1
    if not spoken:
        return -0.25 if two else 0.0
    if needed <= set(spoken):
        return 0.0
    return -1.0 if two else -0.4


def recency(year: int | None, today: date) -> float:
    """1 for work of this year, halved every four years; 0.5 if the year is unknown."""
    if year is None:
        return 0.5
    return float(0.5 ** (max(0, today.year - year) / WORK_HALF_LIFE_YEARS))


def amount_brokered(works: tuple[TrackRecord, ...]) -> float:
    """Total of the amounts on a logarithmic scale: 0 if nothing is known, 1 from 5,000 万元."""
    total = float(sum(entry.amount_wan for entry in works if entry.amount_wan and entry.amount_wan > 0))
    return min(1.0, math.log1p(total) / math.log1p(MUCH_WORK_WAN))
