"""Erasure of a user's personal data: what no rule keeps is deleted or made nobody's; the user learns what is kept."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    String,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from app import database_schema
from app.accounts import audit, credentials
from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.accounts.users import change_user
from app.database import Database
from app.encryption.columns import bound
from app.errors import Conflict, Invalid, StaleVersion
from app.store.personal_data import (
    CONTACTS,
    ERASED_NAME,
    PLACES,
    OnErasure,
    own_records,
    rows_of,
    table_of,
    user_of,
)
from app.store.reencryption import columns_of, key_of

ERASED = "[erased]"
_BATCH = 500
# Mail and telephone are searched for in every text, but for what may not be changed.
_UNTOUCHED = frozenset(place.table for place in PLACES if place.on_erasure is OnErasure.KEEP) | {
    *(
        "audit_seals",
        "users",
        "contracts",
        "contract_amendments",
        "contract_payments",
        "recognition_objections",
    )
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A place whose rows stay, and why."""

    place: str
    zh: str
    en: str


def kept() -> list[Kept]:
    """What stays after an erasure, by reason."""
    return [Kept(place.table, *place.why) for place in PLACES if place.on_erasure is OnErasure.KEEP]


def erase_own_data(database: Database, *, principal: Principal, password: str) -> list[Kept]:
    """Close the user's account and erase their data; answers what is kept.

    Raises:
        Forbidden: the caller is an API key.
        Invalid: the password is wrong.
        Conflict: the user's record in the talent library is still published, or they are the last administrator of
            their organisation or the last operator.
        StaleVersion: the password was changed meanwhile.
    """
    user_id = user_of(principal)
    with database.reading() as session:
        password_hash = session.get_one(User, user_id).password_hash
    if not credentials.verify_password(password, password_hash, known=True):
        raise Invalid.field("password", "wrong_password", "密码不正确", "the password is wrong")
    with database.unit_of_work() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if user.password_hash != password_hash:
            raise StaleVersion
        _erase(session, user, principal)
    return kept()


def _erase(session: Session, user: User, principal: Principal) -> None:
    records = own_records(session, user.id)
    refuse_published(session, records)
    name, email, organisation_id = user.name, user.email, user.organisation_id
    change_user(session, user, principal=principal, changes={"active": False})
    session.flush()
    telephones, contact_of = _forget_contact(session, name, email, organisation_id, records)
    _forget_own_record(session, records)
    for place in PLACES:
        table, condition = table_of(place), rows_of(place, user.id, records)
        if place.on_erasure is OnErasure.DELETE:
            session.execute(delete(table).where(condition))
        elif place.on_erasure is OnErasure.BLANK:
            session.execute(update(table).where(condition).values(**place.blanked))
    tables = database_schema.metadata().tables
    users, links, answers = tables["users"], tables["account_links"], tables["idempotency_keys"]
    session.execute(update(users).where(users.c.id == user.id).values(email=f"{user.id}@erased.invalid"))
    session.execute(delete(links).where(links.c.email == email))
    session.execute(delete(answers).where(answers.c.holder == str(user.id)))
    _forget_mail(session, email)
    _forget_telephones(session, telephones, [user.id, organisation_id or user.id, *records, *contact_of])
    _forget_name(session, name, user.id)
    audit.record(session, principal, "user.erase", user.id)
    session.expire_all()


def refuse_published(session: Session, records: Collection[UUID]) -> None:
    """
    Raises:
        Conflict: one of the user's records in the talent library is published.
    """
    managers = database_schema.metadata().tables["managers"]
    published = (
        select(managers.c.id).where(managers.c.id.in_(records), managers.c.state == "published").limit(1)
    )
    if session.scalar(published) is not None:
        raise Conflict(
            "Withdraw your record in the talent library first; open engagements are handed over with it.",
            "请先撤回本人在技术转移人才库中的名片，并移交在办对接。",
            code="record_published",
        )


def _forget_contact(
    session: Session, name: str, email: str, organisation_id: UUID | None, records: Collection[UUID]
) -> tuple[set[str], list[UUID]]:
    """Blank the contacts that are this person's, in records and their versions; answers the telephones that were theirs
    alone, and the records."""
    telephones: set[str] = set()
    of_others: set[str] = set()
    blanked: list[UUID] = []
    for kind in ("achievements", "demands", "managers"):
        table = database_schema.metadata().tables[kind]
        columns = (table.c.id, table.c.owner_org_id, *(table.c[contact] for contact in CONTACTS))
        has_contact = or_(*(table.c[contact].is_not(None) for contact in CONTACTS))
        found = []
        # Contacts are encrypted, so the database cannot compare them.
        for row in session.execute(select(*columns).where(has_contact).execution_options(yield_per=1000)):
            # Names can be changed, and two people may have one: a contact with another mail address is somebody else.
            has_name = row.contact_name == name and row.owner_org_id == organisation_id
            if row.contact_email == email or (has_name and not row.contact_email) or row.id in records:
                found.append(row)
            else:
                of_others.add(row.contact_phone or "")
        telephones.update(row.contact_phone for row in found if row.contact_phone)
        ids = [row.id for row in found]
        for some in _batched(ids):
            session.execute(update(table).where(table.c.id.in_(some)).values(**dict.fromkeys(CONTACTS)))
            _blank_versions(session, some, dict.fromkeys(CONTACTS))
        blanked.extend(ids)
    return telephones - of_others, blanked


def _forget_own_record(session: Session, records: Collection[UUID]) -> None:
    blanks = {"title": ERASED_NAME, "certificates": [], "track_record": []}
    _blank_versions(session, records, blanks)
    documents = database_schema.metadata().tables["search_documents"]
    session.execute(delete(documents).where(documents.c.record_id.in_(records)))


def _blank_versions(session: Session, records: Collection[UUID], blanks: dict[str, Any]) -> None:
    versions = database_schema.metadata().tables["record_versions"]
    query = select(versions.c.id, versions.c.data).where(versions.c.record_id.in_(records))
    for row in session.execute(query).all():
        data = row.data | {name: value for name, value in blanks.items() if name in row.data}
        session.execute(update(versions).where(versions.c.id == row.id).values(data=data))


def _batched(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """Some ids at a time: a statement has a limited number of parameters."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


@dataclass(frozen=True, slots=True)
class _Words:
    """What is replaced: texts that the database looks for, and the pattern that tells a word from a part of another."""

    texts: Collection[str]
    pattern: re.Pattern[str]


def _forget_mail(session: Session, email: str) -> None:
    """Replace the mail address wherever somebody wrote it: the person has shown that it is theirs."""
    # The end of another address, as of anna.li@ for li@, is not this one.
    words = _Words([email], re.compile(rf"(?<![\w.%+-]){re.escape(email)}(?![\w-]|\.\w)"))
    for table in database_schema.metadata().sorted_tables:
        if table.name not in _UNTOUCHED:
            _replace(session, table, words, ERASED)


def _forget_telephones(session: Session, telephones: Collection[str], concerned: Sequence[UUID]) -> None:
    """Replace telephones in what is about the person, their organisation or a record whose contact they were. Anybody
    can enter anybody's number as their own, so it stays in what others wrote."""
    if not telephones:
        return
    numbers = "|".join(map(re.escape, sorted(telephones)))
    words = _Words(telephones, re.compile(rf"(?<!\d)(?:{numbers})(?!\d)"))
    for table in database_schema.metadata().sorted_tables:
        places = [column for column in table.columns if isinstance(column.type, Uuid)]
        if table.name in _UNTOUCHED or not places:
            continue
        for some in _batched(concerned):
            about = or_(*(column.in_(some) for column in places))
            _replace(session, table, words, ERASED, about)


def _forget_name(session: Session, name: str, user_id: UUID) -> None:
    """Replace the name where it stands beside the user's id; elsewhere it may be another person's."""
    notices, events = (database_schema.metadata().tables[table] for table in ("notices", "events"))
    about = or_(notices.c.actor_id == user_id, notices.c.subject_id == user_id)
    words = _Words([name], re.compile(re.escape(name)))
    _replace_plain(session, notices, words, ERASED_NAME, about)
    _replace_plain(session, events, words, ERASED_NAME, events.c.subject_id == user_id)


def _replace(
    session: Session, table: Table, words: _Words, by: str, about: ColumnElement[bool] | None = None
) -> None:
    """Replace the words in the table's rows, or those that are `about` somebody."""
    _replace_encrypted(session, table, words, by, about)
    columns = _plain_columns(table)
    found = [cast(column, Text).contains(word, autoescape=True) for column in columns for word in words.texts]
    if found:
        _replace_plain(session, table, words, by, or_(*found) if about is None else and_(or_(*found), about))


def _plain_columns(table: Table) -> list[Any]:
    return [
        column
        for column in table.columns
        if isinstance(column.type, JSON | String) and not column.primary_key and not column.foreign_keys
    ]


def _replace_plain(
    session: Session, table: Table, words: _Words, by: str, condition: ColumnElement[bool]
) -> None:
    columns = _plain_columns(table)
    keys = list(table.primary_key)
    for row in session.execute(select(*keys, *columns).where(condition)).all():
        values = {column.name: _without(row._mapping[column.name], words.pattern, by) for column in columns}
        changed = {name: value for name, value in values.items() if value != row._mapping[name]}
        if changed:
            here = and_(*(key == row._mapping[key.name] for key in keys))
            session.execute(update(table).where(here).values(**changed))


def _replace_encrypted(
    session: Session, table: Table, words: _Words, by: str, about: ColumnElement[bool] | None
) -> None:
    """The same in columns that the database cannot search, because they are encrypted, whole or in part."""
    columns = columns_of(table)
    if not columns:
        return
    key = key_of(table)
    query = select(key, *columns).where(or_(*(column.is_not(None) for column in columns)))
    if about is not None:
        query = query.where(about)
    changes: dict[Any, dict[str, Any]] = {}
    for row in session.execute(query.execution_options(yield_per=1000)):
        values = {column.name: _without(row._mapping[column.name], words.pattern, by) for column in columns}
        if changed := {name: value for name, value in values.items() if value != row._mapping[name]}:
            changes[row._mapping[key.name]] = changed
    for id_, changed in changes.items():
        session.execute(update(table).where(key == id_).values(**bound(table, id_, changed)))


def _without(value: Any, words: re.Pattern[str], by: str) -> Any:
    """The value with the words replaced in its texts, those of lists and objects included; numbers stay as they are."""
    if isinstance(value, str):
        return words.sub(by, value)
    if isinstance(value, list):
        return [_without(one, words, by) for one in value]
    if isinstance(value, dict):
        return {_without(key, words, by): _without(one, words, by) for key, one in value.items()}
    return value
