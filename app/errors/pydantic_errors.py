"""Pydantic's errors as field errors, with Chinese messages."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import FieldError

# Pydantic's error type → Chinese message; {…} are values of pydantic's error context.
_PYDANTIC_ZH: dict[str, str] = {
    "missing": "必填",
    "extra_forbidden": "字段不存在",
    "string_type": "应为字符串",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数，不带小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_places": "至多 {decimal_places} 位小数",
    "decimal_max_digits": "至多 {max_digits} 位数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "date_type": "应为日期，如 2027-06-30",
    "date_parsing": "应为日期，如 2027-06-30",
    "date_from_datetime_parsing": "应为日期，如 2027-06-30",
    "date_from_datetime_inexact": "应为日期，如 2027-06-30",
    "datetime_type": "应为日期时间，如 2027-06-30T08:00:00Z",
    "datetime_from_date_parsing": "应为日期时间，如 2027-06-30T08:00:00Z",
    "timezone_aware": "应含时区，如 2027-06-30T08:00:00+08:00",
    "datetime_parsing": "应为日期时间，如 2027-06-30T08:00:00Z",
    "uuid_parsing": "应为 UUID",
    "uuid_type": "应为 UUID",
    "json_invalid": "JSON 无法解析",
    "value_error": "值不符合要求",
}


FIELD = "field"
"""Name in an error's context: the field that a validator of a whole body means."""


# Limits of a text's length after another check of it: pydantic cannot tell whether it counts characters or items.
_LENGTHS = {
    "too_short": ("至少 {min_length} 个字符", "must have at least {min_length} characters"),
    "too_long": ("至多 {max_length} 个字符", "must have at most {max_length} characters"),
}


def field_errors(errors: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """Convert pydantic's errors to field errors. Errors of our validators carry ``zh`` and ``en`` in their context."""
    fields = []
    for error in errors:
        kind = str(error["type"])
        context = error.get("ctx") or {}
        path = [str(part) for part in error["loc"] if part not in ("body", "query", "path", "header")]
        path += [str(context[FIELD])] if FIELD in context else []
        length = _LENGTHS.get(kind) if isinstance(error.get("input"), str) else None
        english = str(context.get("en") or (length[1].format_map(context) if length else error["msg"]))
        chinese = str(
            context.get("zh")
            or (length[0].format_map(context) if length else _chinese(kind, context))
            or "格式或取值不符合要求"
        )
        fields.append(FieldError(".".join(path) or "body", kind, chinese, english))
    return fields


def _chinese(kind: str, context: Mapping[str, Any]) -> str | None:
    template = _PYDANTIC_ZH.get(kind)
    if template is None:
        return None
    choices = str(context.get("expected", "")).replace(" or ", "、").replace(", ", "、")
    return template.format_map({**context, "expected": choices})
