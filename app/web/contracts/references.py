"""What people write for a party, a record or a manager, as the ids that the API takes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.accounts.organisations.lookup import organisation_called
from app.database import ReadSession
from app.errors import Invalid, NotFound
from app.errors.collection import Faults
from app.libraries.achievements.service import LIBRARY as ACHIEVEMENTS
from app.libraries.demands.service import LIBRARY as DEMANDS
from app.libraries.library import Library
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.managers.lookup import manager_called
from app.web.forms.fields import Form
from app.web.forms.parser import bind, validated
from app.web.page import WebPage
from app.web.posted import PostedForm

_PARTIES = ("buyer_org_id", "seller_org_id")
_RECORDS: Mapping[str, Library] = {"demand_id": DEMANDS, "achievement_id": ACHIEVEMENTS}
_UNKNOWN = UUID(int=0)


def contract_model(
    session: ReadSession,
    form: Form,
    posted: PostedForm,
    *,
    known: Mapping[str, UUID],
    page: WebPage,
    is_change: bool = False,
) -> BaseModel:
    """What was typed as the model of the form.

    Args:
        known: names that need no look-up, such as those that stand in the contract already.

    Raises:
        Invalid: something is wrong; names every such field.
    """
    assert form.model is not None
    values = bind(form, posted, is_change=is_change)
    faults = Faults()
    for name in (*_PARTIES, *_RECORDS):
        if values.get(name):
            values[name] = _looked_up(session, name, values[name], faults, known, page)
    for index, row in enumerate(values.get("shares") or ()):
        if row.get("manager_id"):
            name = f"shares.{index}.manager_id"
            row["manager_id"] = _looked_up(session, name, row["manager_id"], faults, known, page)
    if is_change:
        _require(form, values, faults)
    with faults.collected():
        model = validated(form.model, values)
    faults.raise_if_any()
    return model


def _looked_up(
    session: ReadSession, name: str, text: str, faults: Faults, known: Mapping[str, UUID], page: WebPage
) -> str:
    found = known.get(text)
    if found is None:
        with faults.collected():
            found = _find(session, name, text, page)
    return str(found or _UNKNOWN)


def _find(session: ReadSession, name: str, text: str, page: WebPage) -> UUID:
    if name in _PARTIES:
        return organisation_called(session, text, field=name, principal=page.principal)
    if name not in _RECORDS:
        return manager_called(session, text, field=name, principal=page.principal)
    try:
        return find_by_number(session, _RECORDS[name], text, page.principal).id
    except NotFound:
        raise Invalid.field(name, "unknown", "没有此编号的记录", "is not the number of a record") from None


def _require(form: Form, values: Mapping[str, Any], faults: Faults) -> None:
    """A change leaves out what is blank; a blank field that a contract needs is a slip, not a change."""
    for field in form.fields:
        if field.required and values.get(field.name) is None:
            with faults.collected():
                raise Invalid.field(field.name, "required", "必填", "is required")
