"""Helpers that all figures share: response heads, labels of keys, ratios and durations."""

from typing import Any

from sqlalchemy.orm import Session

from app.statistics.query import Scope, StatisticsQuery
from app.statistics.sql_functions import NONE
from app.vocabularies import vocabulary

_DAY = 86400
_HOUR = 3600


def head(criteria: StatisticsQuery) -> dict[str, Any]:
    """The fields of `schemas.FigureHead`."""
    min_cell = criteria.min_cell if criteria.suppresses else None
    rule_zh = "日期为北京时间；每条记录仅按其第一个领域计入一个一级领域。"
    rule_en = "Days are in Jinan time. Each record counts in one first-level field, that of its first code."
    if min_cell is not None:
        rule_zh += (
            f"少于 {min_cell} 条记录的数值不显示；如可由合计推算，另隐藏数值最小的若干项，"
            f"使隐藏项除去任一项后仍不少于 {min_cell} 条。"
        )
        rule_en += (
            f" Counts below {min_cell} are suppressed. If a suppressed count could be derived from a total, the next "
            f"smallest counts are suppressed too, until the suppressed counts without any one of them sum to at least "
            f"{min_cell}."
        )
    return {
        "first": criteria.first,
        "last": criteria.last,
        "field": criteria.field,
        "region": criteria.region,
        "scope": (Scope.CITY if criteria.includes_all else Scope.OWN).value,
        "min_cell": min_cell,
        "rule_zh": rule_zh,
        "rule_en": rule_en,
    }


def labelled(vocabulary_name: str | None, key: str) -> dict[str, str]:
    """`key`, `label_zh` and `label_en` of a line; a key that is not in the vocabulary is its own label."""
    if key == NONE:
        return {"key": key, "label_zh": "无", "label_en": "None"}
    if vocabulary_name is not None and key in (terms := vocabulary(vocabulary_name)):
        return {"key": key, "label_zh": terms.label(key), "label_en": terms.label(key, "en")}
    return {"key": key, "label_zh": key, "label_en": key}


def share(part: int | None, whole: int | None) -> float | None:
    """`part / whole`, 0–1, rounded to four decimals; None if the whole is 0 or either is suppressed."""
    return None if part is None or not whole else round(part / whole, 4)


def days(seconds: Any) -> float:
    """Seconds in days, rounded to two decimals."""
    return round(float(seconds) / _DAY, 2)


def hours(seconds: Any) -> float:
    """Seconds in hours, rounded to two decimals."""
    return round(float(seconds) / _HOUR, 2)


def count_by_key(session: Session, query: Any) -> dict[Any, Any]:
    """Runs a query of (key, value) rows."""
    return {row[0]: row[1] for row in session.execute(query)}
