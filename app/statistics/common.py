"""What all figures share: the head of an answer, names of keys, parts of numbers."""

from typing import Any

from sqlalchemy.orm import Session

from app.libraries.vocabularies import regions, vocabulary
from app.statistics.query import Scope, StatisticsQuery
from app.statistics.sql_functions import NONE

_DAY = 86400
_HOUR = 3600


def head(asked: StatisticsQuery) -> dict[str, Any]:
    """The fields of `schemas.Asking`."""
    least = asked.least if asked.hides else None
    rule_zh = "日期为北京时间;每条记录按其第一个领域计入一个一级领域。"
    rule_en = "Days are days in Jinan; each record counts in one first-level field, that of its first code."
    if least is not None:
        rule_zh += (
            f"少于 {least} 条记录的数值不显示;由合计可推算时,另隐藏最小的若干项,"
            f"使隐藏项除去任一项后仍不少于 {least} 条。"
        )
        rule_en += (
            f" Counts of fewer than {least} records are hidden; where a total tells them, the smallest others too, "
            f"until the hidden ones without any one of them come from {least} records or more."
        )
    return {
        "first": asked.first,
        "last": asked.last,
        "field": asked.field,
        "region": asked.region,
        "scope": (Scope.CITY if asked.everything else Scope.OWN).value,
        "min_cell": least,
        "rule_zh": rule_zh,
        "rule_en": rule_en,
    }


def named(vocabulary_name: str | None, key: str) -> dict[str, str]:
    """`key`, `label_zh` and `label_en` of a line; a key that the vocabulary does not know stands for itself."""
    if key == NONE:
        return {"key": key, "label_zh": "无", "label_en": "None"}
    if vocabulary_name is not None and key in (terms := vocabulary(vocabulary_name)):
        return {"key": key, "label_zh": terms.label(key), "label_en": terms.label(key, "en")}
    return {"key": key, "label_zh": key, "label_en": key}


def region_name(key: str) -> str:
    return regions().label(key) if key in regions() else key


def share(part: int | None, whole: int | None) -> float | None:
    """0–1 to four places; None of nothing, or where either is hidden."""
    return None if part is None or not whole else round(part / whole, 4)


def days(seconds: Any) -> float:
    return round(float(seconds) / _DAY, 2)


def hours(seconds: Any) -> float:
    return round(float(seconds) / _HOUR, 2)


def counted(session: Session, query: Any) -> dict[Any, Any]:
    """First column of a select → second."""
    return {row[0]: row[1] for row in session.execute(query)}
