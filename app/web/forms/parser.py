"""From what was typed to the model: full-width signs, units, dates as people write them, rows, blanks."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from app.errors import Invalid
from app.errors.pydantic_errors import field_errors
from app.web.forms.fields import Form, FormField, Widget
from app.web.posted import PostedForm

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日{0,1}|(\d{2})(\d{2}))")
_NUMBER = re.compile(r"([+-]?)([\d,\s]*\.?\d+)\s*(?:万元|万|元|%)?")
_SEPARATORS = re.compile(r"[,\uff0c、;\uff1b\n]+")


def bind(form: Form, posted: PostedForm, *, is_change: bool = False) -> dict[str, Any]:
    """The values of the form's fields. A blank field is left out of a new record, and clears that of a changed one."""
    values: dict[str, Any] = {}
    for field in form.fields:
        value = _value(field, posted, field.name)
        if value is not None:
            values[field.name] = value
        elif is_change:
            values[field.name] = None
    return values


def validated(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    """The values as the model of the API.

    Raises:
        Invalid: some are wrong; its `fields` say which.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise Invalid(fields=field_errors(error.errors())) from error


def _value(field: FormField, posted: PostedForm, name: str) -> Any:
    match field.widget:
        case Widget.CHOICES | Widget.SELECT_MANY | Widget.TREE:
            return [one for one in posted.all(name) if one] or None
        case Widget.TAGS:
            return [one.strip() for one in _SEPARATORS.split(posted.get(name)) if one.strip()] or None
        case Widget.LINES:
            return [one.strip() for one in posted.get(name).splitlines() if one.strip()] or None
        case Widget.YES_NO:
            return {"1": True, "0": False}.get(posted.get(name))
        case Widget.ROWS:
            return _rows(field, posted, name) or None
        case Widget.FLAG:
            return posted.get(name) in ("1", "true", "on")
        case Widget.PASSWORD:
            return posted.get(name) or None
    text = posted.get(name).strip()
    if not text:
        return None
    if field.widget is Widget.DAY:
        return day(text)
    return number(text) if field.widget is Widget.NUMBER else text


def _rows(field: FormField, posted: PostedForm, name: str) -> list[dict[str, Any]]:
    """Rows by their numbers; a row in which nothing was typed is none."""
    rows = []
    for row in rows_of(posted, name):
        cells = {one.name: _value(one, posted, f"{name}.{row}.{one.name}") for one in field.columns}
        filled = {key: cell for key, cell in cells.items() if cell is not None}
        # A choice or a box alone, which always has a value, does not make a row.
        if any(
            filled.get(one.name)
            for one in field.columns
            if one.widget not in (Widget.CHOICE, Widget.SELECT, Widget.FLAG)
        ):
            rows.append(filled)
    return rows


def rows_of(posted: PostedForm, name: str) -> list[int]:
    """The numbers of the rows that were posted, in their order."""
    found = {
        int(one.group(1))
        for key in posted.names()
        if (one := re.match(rf"{re.escape(name)}\.(\d{{1,4}})\.", key))
    }
    return sorted(found)


def day(text: str) -> str:
    """`2027年12月31日`, `2027/12/31` and `20271231` as `2027-12-31`; another text as it is, for the model to refuse."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _DAY.fullmatch(plain)
    if found is None:
        return text
    year, month, date, short_month, short_date = found.groups()
    return f"{year}-{int(month or short_month):02d}-{int(date or short_date):02d}"


def number(text: str) -> str:
    """`１,２００ 万元` as `1200`; another text as it is, for the model to refuse."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return text
    return found.group(1) + re.sub(r"[,\s]", "", found.group(2))
