"""The settings reference, from `Settings`: name, default, range, meaning."""

from datetime import timedelta
from enum import Enum
from typing import Any

from pydantic.fields import FieldInfo

from app.settings import GROUPS
from scripts.docs.markdown import code, table

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def page() -> str:
    return "\n".join(
        f"## {group.__doc__}\n\n"
        + table(
            ("setting", "default", "range", "meaning"),
            (
                (code(f"SANKU_{name.upper()}"), _default(field.default), _bounds(field), field.description)
                for name, field in group.model_fields.items()
            ),
        )
        for group in GROUPS
    )


def _default(value: Any) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, list):
        return ", ".join(_default(one) for one in value)
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(value.value if isinstance(value, Enum) else value)


def duration(value: timedelta) -> str:
    """In the largest unit that divides it: 15 minutes, 30 days."""
    seconds = int(value.total_seconds())
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _bounds(field: FieldInfo) -> str:
    lowest, highest = (
        next((getattr(limit, name) for limit in field.metadata if hasattr(limit, name)), None)
        for name in ("ge", "le")
    )
    if lowest is None and highest is None:
        return ""
    return f"from {lowest}" if highest is None else f"{lowest}–{highest}"
