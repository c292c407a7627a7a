"""Personal data of one user: where it is, what the user may take out, and what happens to it when they erase it.

`PLACES` is the rule as data. A table that holds data of people has a row there, also where nothing is erased.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from app import database_schema
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.audit.requests import note_read
from app.errors import Forbidden


class OnErasure(StrEnum):
    """What erasure does with the rows of a place."""

    DELETE = "delete"
    BLANK = "blank"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Place:
    """Rows about a person in one table.

    Attributes:
        person: the column with the user's id, or, with `of_manager`, with that of their record.
        shown: the columns that the user's own export has; none where the rows are about others as well.
        blanked: column → its value after erasure.
        why: Chinese and English, for what is kept.
    """

    table: str
    person: str
    on_erasure: OnErasure
    shown: Sequence[str] = ()
    blanked: Mapping[str, Any] = field(default_factory=dict)
    why: tuple[str, str] = ("", "")
    of_manager: bool = False


DELETE, BLANK, KEEP = OnErasure.DELETE, OnErasure.BLANK, OnErasure.KEEP
CONTACTS = ("contact_name", "contact_phone", "contact_email")
ERASED_NAME = "已注销用户"

_RECOGNITION = (
    "人才认定的申报、核验与公示材料依认定政策存档",
    "applications and decisions of recognition are archived by its policy",
)
_CONTRACTS = (
    "合同及其签署、履行和登记记录按《民法典》与技术合同认定登记规定保存",
    "contracts with their signatures and registration are kept by the Civil Code and the rules of registration",
)
_ENGAGEMENTS = (
    "对接过程记录是各方往来的凭证，保存至诉讼时效届满",
    "the course of an engagement is evidence of what the parties did, kept until claims expire",
)
_CONSENTS = (
    "同意和撤回的记录是合法处理的凭证，保存至诉讼时效届满；其中没有姓名和联系方式",
    "consents and their withdrawal show that processing was lawful, kept until claims expire; no names or contacts",
)
_AUDIT = (
    "审计日志按《网络安全法》《数据安全法》留存，且不可修改；其中只有编号，没有姓名和联系方式",
    "the audit trail is kept by the rules of cybersecurity and cannot be changed; it has ids, no names or contacts",
)

PLACES = (
    Place(
        "users",
        "id",
        BLANK,
        ("email", "name", "role", "organisation_id", "active", "administrator", "created_at"),
        {"name": ERASED_NAME, "password_hash": "erased", "active": False, "administrator": False},
    ),
    Place("login_sessions", "user_id", DELETE, ("device", "address", "created_at", "last_used_at")),
    Place("refresh_tokens", "user_id", DELETE, ("kind", "device", "created_at", "expires_at")),
    Place("account_links", "user_id", DELETE, ("purpose", "email", "expires_at")),
    Place("calendar_links", "user_id", DELETE, ("created_at",)),
    Place("second_factors", "user_id", DELETE, ("confirmed_at",)),
    Place("passkeys", "user_id", DELETE, ("name", "created_at", "last_used_at")),
    Place("recovery_codes", "user_id", DELETE),
    Place("former_passwords", "user_id", DELETE, ("replaced_at",)),
    Place(
        "consents",
        "user_id",
        KEEP,
        ("purpose", "text_version", "given_at", "withdrawn_at"),
        why=_CONSENTS,
    ),
    Place("identity_links", "user_id", DELETE, ("issuer", "subject", "created_at")),
    Place("login_challenges", "user_id", DELETE),
    Place("channel_addresses", "user_id", DELETE, ("kind", "name", "enabled", "created_at")),
    Place("notice_preferences", "user_id", DELETE, ("channels",)),
    Place("notice_readings", "user_id", DELETE),
    Place("review_presences", "user_id", DELETE),
    Place("operator_ties", "user_id", DELETE, ("kind", "declared_at")),
    Place("notices", "recipient_id", DELETE, ("type", "zh", "path", "created_at")),
    Place("dispatches", "recipient_id", DELETE, ("kind", "created_at")),
    Place(
        "managers",
        "user_id",
        BLANK,
        ("number", "title", "state", *CONTACTS, "regions", "expertise", "languages", "created_at"),
        {"title": ERASED_NAME, "certificates": [], "track_record": [], **dict.fromkeys(CONTACTS)},
    ),
    Place(
        "filings",
        "manager_id",
        KEEP,
        ("filing_number", "state", "created_at"),
        why=_RECOGNITION,
        of_manager=True,
    ),
    Place(
        "certificates",
        "manager_id",
        KEEP,
        ("level", "state", "evidence_name"),
        why=_RECOGNITION,
        of_manager=True,
    ),
    Place("trainings", "manager_id", KEEP, ("state", "created_at"), why=_RECOGNITION, of_manager=True),
    Place("recognition_entries", "manager_id", KEEP, why=_RECOGNITION, of_manager=True),
    Place("engagement_participants", "user_id", KEEP, ("role", "state", "engagement_id"), why=_ENGAGEMENTS),
    Place("engagement_entries", "actor_id", KEEP, ("text", "at"), why=_ENGAGEMENTS),
    Place("engagement_reveals", "user_id", KEEP, why=_ENGAGEMENTS),
    Place(
        "undertakings",
        "user_id",
        KEEP,
        ("engagement_id", "side", "text_version", "language", "accepted_at"),
        why=_ENGAGEMENTS,
    ),
    Place("engagement_files", "uploaded_by", KEEP, ("name", "uploaded_at"), why=_ENGAGEMENTS),
    Place("contract_signatures", "signed_by", KEEP, ("contract_id", "signed_at"), why=_CONTRACTS),
    Place("contract_versions", "changed_by", KEEP, ("contract_id", "version"), why=_CONTRACTS),
    Place("contract_shares", "manager_id", KEEP, ("contract_id",), why=_CONTRACTS, of_manager=True),
    Place("audit_entries", "user_id", KEEP, why=_AUDIT),
)
"""Data of others are not here, even where they are about the user as well: what matching thinks of them, who else was
asked, what a hidden owner did."""


def own_data(session: Session, principal: Principal) -> dict[str, Any]:
    """What the service holds about the user: place → rows, as JSON values.

    Raises:
        Forbidden: the caller is an API key, which is no person.
    """
    user_id = user_of(principal)
    note_read(principal, "user.data_export", user_id)
    manager_ids = own_records(session, user_id)
    found: dict[str, Any] = {}
    for place in PLACES:
        if not place.shown:
            continue
        table = table_of(place)
        columns = [table.c[name] for name in place.shown]
        rows = session.execute(select(*columns).where(rows_of(place, user_id, manager_ids)))
        found[place.table] = [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]
    return found


def zipped(found: Mapping[str, Any]) -> bytes:
    """A ZIP file with one JSON file for each place."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, rows in found.items():
            archive.writestr(f"{place}.json", json.dumps(rows, ensure_ascii=False, indent=2))
    return file.getvalue()


def user_of(principal: Principal) -> UUID:
    """
    Raises:
        Forbidden: the caller is an API key.
    """
    require(principal, Action.USER_CHANGE, own=True)
    if principal.user_id is None:
        raise Forbidden("An API key is no person.", "API 密钥不是个人账号，请登录后操作。")
    return principal.user_id


def own_records(session: Session, user_id: UUID) -> list[UUID]:
    """The ids of the user's records in the talent library."""
    managers = database_schema.metadata().tables["managers"]
    return list(session.scalars(select(managers.c.id).where(managers.c.user_id == user_id)))


def table_of(place: Place) -> Table:
    return database_schema.metadata().tables[place.table]


def rows_of(place: Place, user_id: UUID, manager_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """The rows of a place that are about this user."""
    column = table_of(place).c[place.person]
    return column.in_(manager_ids) if place.of_manager else column == user_id


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case _:
            return value
