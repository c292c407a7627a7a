"""Notices: made from events, listed, marked as read; and on which channels users want them. Flushes, never commits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from app.accounts.access.permissions import ADMINISTRATOR, Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.conditional_requests import check_if_match
from app.database import insert_into, now, one_or_not_found
from app.events.domain_event import ClaimedEvent, DomainEvent
from app.events.messages import MessageKind, enqueue_message
from app.libraries.managers.models import Manager
from app.notifications.notices.audiences import NotifiedPerson
from app.notifications.notices.groups import (
    ALWAYS_BY_MAIL,
    BY_INSTITUTION,
    DEFAULT_CHANNELS,
    NoticeChannel,
    NoticeGroup,
)
from app.notifications.notices.models import Notice, NoticePreference, NoticeReading
from app.notifications.notices.row import NoticeRow
from app.notifications.notices.table import BY_NAME, ROWS_OF_EVENT
from app.notifications.notices.words import stored_words, words_of
from app.pushes.preferences.contact_times import contact_time_of
from app.pushes.preferences.working_time import ContactTime

_Id = UUID | SQLColumnExpression[UUID]


def make_notices(session: Session, claimed: ClaimedEvent) -> list[Notice]:
    """Tell everybody of the event whom the table names, and request the messages. A repetition tells nobody twice."""
    kind = BY_NAME[claimed.name]
    event = kind.of(claimed)
    made = []
    for row in ROWS_OF_EVENT[kind]:
        if row.applies is not None and not row.applies(session, event):
            continue
        for notified in row.to.find(session, event):
            if not _is_actor(session, notified) and not _is_notified(session, claimed, row, notified):
                made.append(_make(session, claimed, event, row, notified))
    return made


def _make(
    session: Session, claimed: ClaimedEvent, event: DomainEvent, row: NoticeRow, notified: NotifiedPerson
) -> Notice:
    words = words_of(event) | stored_words(session, event)
    path = row.path.format(**words)
    notice = Notice(
        event_id=claimed.id,
        type=row.type,
        group=row.group,
        recipient_kind=notified.kind,
        recipient_id=notified.id,
        roles=",".join(notified.roles),
        actor_id=notified.actor_id,
        subject_id=claimed.subject_id,
        zh=(row.zh + row.remark_zh).format(**words),
        en=(row.en + row.remark_en).format(**words),
        path=path,
        urgent=row.urgent,
        data=_ids(claimed),
    )
    session.add(notice)
    session.flush()
    if row.message:
        due = _contact_time(session, notified, urgent=row.urgent)
        recipient: dict[str, Any] = {notified.kind: notified.id}
        enqueue_message(
            session,
            kind=MessageKind.NOTICE,
            ids={"notice_id": notice.id},
            available_at=due.at,
            held_for=due.held_for,
            **recipient,
        )
    return notice


def _ids(claimed: ClaimedEvent) -> dict[str, Any]:
    """What programs need to find the subject: its id, reference number and state, and no person."""
    kept = (
        "number",
        "engagement_id",
        "contract_id",
        "participant_id",
        "amendment_id",
        "task_id",
        "due_on",
        "round_id",
        "decision_id",
        "stage",
        "state",
        "year",
    )
    found = {name: claimed.payload[name] for name in kept if claimed.payload.get(name) is not None}
    return {"subject_id": str(claimed.subject_id)} | found


def _is_actor(session: Session, notified: NotifiedPerson) -> bool:
    """Whether the only person whom the notice would reach did it themselves."""
    if notified.actor_id is None:
        return False
    if notified.kind == "user_id":
        return notified.id == notified.actor_id
    if notified.kind == "manager_id":
        return session.scalar(select(Manager.user_id).where(Manager.id == notified.id)) == notified.actor_id
    return False


def _is_notified(session: Session, claimed: ClaimedEvent, row: NoticeRow, notified: NotifiedPerson) -> bool:
    same = and_(Notice.recipient_id == notified.id, Notice.type == row.type)
    event = (
        and_(Notice.subject_id == claimed.subject_id, same)
        if row.once
        else and_(Notice.event_id == claimed.id, same)
    )
    return bool(session.scalar(select(exists().where(event))))


def _contact_time(session: Session, notified: NotifiedPerson, *, urgent: bool) -> ContactTime:
    """When the recipient may be notified."""
    return ContactTime(now(), None) if urgent else contact_time_of(session, notified.kind, notified.id)


def notices(
    *, principal: Principal, unread: bool = False, groups: Collection[NoticeGroup] | None = None
) -> Select[Notice]:
    """The notices to the principal: their own, those of their manager record, and of their organisation."""
    require(principal, Action.NOTICE_READ, own=True)
    if principal.user_id is None:
        return select(Notice).where(false())
    query = select(Notice).where(_addressed_to(_Recipient.of(principal, principal.user_id)))
    if groups:
        query = query.where(Notice.group.in_(groups))
    if unread:
        query = query.where(~_is_read(principal.user_id))
    return query


@dataclass(frozen=True, slots=True)
class _Recipient:
    """To whom notices are addressed; `kinds` are the roles in the organisation whose notices they get."""

    user_id: _Id
    manager_id: _Id | None
    organisation_id: _Id | None
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, principal: Principal, user_id: UUID) -> Self:
        member = principal.role not in (None, Role.MANAGER) or principal.administrator
        kinds = (principal.role, ADMINISTRATOR if principal.administrator else None)
        return cls(
            user_id,
            principal.manager_id,
            principal.organisation_id if member else None,
            tuple(kind for kind in kinds if kind is not None),
        )


def _addressed_to(recipient: _Recipient) -> ColumnElement[bool]:
    addressed = [and_(Notice.recipient_kind == "user_id", Notice.recipient_id == recipient.user_id)]
    if recipient.manager_id is not None:
        addressed.append(
            and_(Notice.recipient_kind == "manager_id", Notice.recipient_id == recipient.manager_id)
        )
    if recipient.organisation_id is not None and Role.INSTITUTION in recipient.kinds:
        staff = select(Manager.id).where(
            Manager.owner_org_id == recipient.organisation_id, Manager.user_id.is_(None)
        )
        addressed.append(
            and_(
                Notice.recipient_kind == "manager_id",
                Notice.group.in_(BY_INSTITUTION),
                Notice.recipient_id.in_(staff),
            )
        )
    if recipient.organisation_id is not None:
        addressed.append(
            and_(
                Notice.recipient_kind == "organisation_id",
                Notice.recipient_id == recipient.organisation_id,
                or_(
                    Notice.roles == "",
                    *(Notice.roles.contains(kind, autoescape=True) for kind in recipient.kinds),
                ),
                Notice.actor_id.is_distinct_from(recipient.user_id),
                ~is_notified_in_person(
                    Notice.event_id,
                    Notice.type,
                    user_id=recipient.user_id,
                    manager_id=recipient.manager_id,
                ),
            )
        )
    return or_(*addressed)


def words_to(
    session: Session, rows: Sequence[tuple[Notice, str, str]], *, principal: Principal
) -> list[tuple[str, str]]:
    """Texts of notices in both languages as they are said to the principal: to an institution that reads one in place
    of its manager without a login, with whose it is."""
    is_staffs = [
        principal.role is Role.INSTITUTION and row.recipient_kind == "manager_id" for row, _, _ in rows
    ]
    ids = {row.recipient_id for (row, _, _), of_staff in zip(rows, is_staffs, strict=True) if of_staff}
    query = select(Manager.id, Manager.number).where(Manager.id.in_(ids), Manager.user_id.is_(None))
    numbers = {row.id: row.number for row in session.execute(query)} if ids else {}
    return [
        (f"致贵单位技术经理人 {number}：{zh}", f"To your manager {number}: {en}")
        if (number := numbers.get(row.recipient_id)) is not None and of_staff
        else (zh, en)
        for (row, zh, en), of_staff in zip(rows, is_staffs, strict=True)
    ]


def is_notified_in_person(
    event_id: SQLColumnExpression[UUID] | UUID,
    type_: SQLColumnExpression[str] | str,
    *,
    user_id: _Id,
    manager_id: SQLColumnExpression[UUID | None] | _Id | None,
) -> ColumnElement[bool]:
    """Whether the same notice is to the user or to their manager record: who takes part beside their organisation is
    notified once."""
    own = aliased(Notice)
    return exists().where(
        own.event_id == event_id,
        own.type == type_,
        or_(
            and_(own.recipient_kind == "user_id", own.recipient_id == user_id),
            and_(own.recipient_kind == "manager_id", own.recipient_id == manager_id),
        ),
    )


def _is_read(user_id: _Id) -> ColumnElement[bool]:
    return exists().where(NoticeReading.notice_id == Notice.id, NoticeReading.user_id == user_id)


def unread_count(session: Session, *, principal: Principal, most: int | None = None) -> int:
    """The number of unread notices; counting stops at `most`."""
    require(principal, Action.NOTICE_READ, own=True)
    if principal.user_id is None:
        return 0
    recipient = _Recipient.of(principal, principal.user_id)
    query = _unread_count(
        recipient.manager_id is not None, recipient.organisation_id is not None, recipient.kinds, most
    )
    ids = {name: getattr(recipient, name) for name in ("user_id", "manager_id", "organisation_id")}
    return session.scalar(query, {name: id_ for name, id_ in ids.items() if id_ is not None}) or 0


@cache
def _unread_count(
    has_manager: bool, has_organisation: bool, kinds: tuple[str, ...], most: int | None
) -> Select[int]:
    """Put together once: the menu of every page shows the number."""
    recipient = _Recipient(
        _id("user_id"),
        _id("manager_id") if has_manager else None,
        _id("organisation_id") if has_organisation else None,
        kinds,
    )
    unread = select(Notice.id).where(_addressed_to(recipient), ~_is_read(recipient.user_id)).limit(most)
    return select(func.count()).select_from(unread.subquery())


def _id(name: str) -> BindParameter[UUID]:
    return bindparam(name, type_=Notice.recipient_id.type)


def readings(session: Session, rows: Sequence[Notice], *, principal: Principal) -> dict[UUID, datetime]:
    """Notice → when the principal marked it as read."""
    query = select(NoticeReading.notice_id, NoticeReading.read_at).where(
        NoticeReading.user_id == principal.user_id, NoticeReading.notice_id.in_([row.id for row in rows])
    )
    return {row[0]: row[1] for row in session.execute(query)}


def mark_read(session: Session, notice_id: UUID, *, principal: Principal) -> Notice:
    """
    Raises:
        NotFound: no such notice, or it is not to the principal.
    """
    notice = one_or_not_found(session, notices(principal=principal).where(Notice.id == notice_id))
    _mark(session, [notice.id], principal)
    return notice


def mark_all_read(session: Session, *, principal: Principal) -> int:
    """Mark every unread notice; returns the number."""
    ids = session.scalars(notices(principal=principal, unread=True).with_only_columns(Notice.id)).all()
    _mark(session, ids, principal)
    return len(ids)


def _mark(session: Session, ids: Sequence[UUID], principal: Principal) -> None:
    moment = now()
    for id_ in ids:
        session.execute(
            insert_into(session, NoticeReading)
            .values(notice_id=id_, user_id=principal.user_id, read_at=moment)
            .on_conflict_do_nothing(index_elements=["notice_id", "user_id"])
        )


def preferences_of(session: Session, *, principal: Principal) -> NoticePreference:
    """The user's preferences; a row that is not stored if they never set any."""
    require(principal, Action.NOTICE_READ, own=True)
    stored = session.get(NoticePreference, principal.user_id)
    return stored or NoticePreference(user_id=principal.user_id, channels={}, version=0)


def put_preferences(
    session: Session,
    channels: Mapping[NoticeGroup, Sequence[NoticeChannel]],
    *,
    principal: Principal,
    if_match: str | None,
) -> NoticePreference:
    """Replace the preferences; a group that is left out returns to its default.

    Raises:
        PreconditionRequired, StaleVersion: see `check_if_match`; the ETag of preferences never stored is ``"0"``.
    """
    require(principal, Action.NOTICE_CHANGE, own=True)
    row = session.get(NoticePreference, principal.user_id, with_for_update=True, populate_existing=True)
    check_if_match(if_match, row or NoticePreference(version=0))
    row = row or NoticePreference(user_id=principal.user_id)
    row.channels = {group.value: sorted(set(chosen)) for group, chosen in channels.items()}
    row.updated_at = now()
    session.add(row)
    session.flush()
    return row


def channels_of(stored: Mapping[str, Any], group: NoticeGroup) -> tuple[NoticeChannel, ...]:
    """The channels of a group, by the user's preferences or by default."""
    names = stored.get(group.value)
    chosen = DEFAULT_CHANNELS[group] if names is None else tuple(NoticeChannel(name) for name in names)
    if group in ALWAYS_BY_MAIL and NoticeChannel.MAIL not in chosen:
        return (NoticeChannel.MAIL, *chosen)
    return chosen


def stored_preferences(session: Session, user_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """User → stored channels by group; users without any are left out."""
    rows = session.scalars(select(NoticePreference).where(NoticePreference.user_id.in_(user_ids)))
    return {row.user_id: row.channels for row in rows}
