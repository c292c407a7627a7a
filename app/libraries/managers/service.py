"""The library of managers: the link to the user account, dated affiliations and the highest valid certificate."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Role, User
from app.accounts.organisations.lookup import refuse_unclear_names, resolve_organisations
from app.clock import add_months, local_now, today
from app.database import new_id, now
from app.errors import Conflict, FieldError, Forbidden, Invalid
from app.errors.collection import Faults
from app.libraries.library import Library
from app.libraries.managers.models import DEFAULT_GRACE_MONTHS, Affiliation, Manager
from app.libraries.managers.schemas import ManagerCreate, ManagerPatch, ManagerRead
from app.libraries.managers.verification import holding
from app.libraries.record.enums import CertificateLevel, RecordKind
from app.libraries.validation.cross_field_checks import is_end, is_past, is_within
from app.libraries.validation.values.dates import MAX_YEARS_AHEAD


def manager_of_user(session: Session, user_id: UUID) -> UUID | None:
    """Id of the manager record linked to this user, or None."""
    return session.scalar(select(Manager.id).where(Manager.user_id == user_id))


def is_active(affiliation: Affiliation, today: date) -> bool:
    """Whether the affiliation is active on that day; both ends are inclusive."""
    start, end = affiliation.start, affiliation.end
    return (start is None or start <= today) and (end is None or end >= today)


def highest_certificate(certificates: Sequence[Mapping[str, Any]], today: date) -> CertificateLevel:
    """The highest level among the valid certificates; `valid_to` is the last valid day, None means no expiry."""
    levels = {level.value: level for level in CertificateLevel}
    valid = [
        levels[entry["level"]]
        for entry in certificates
        if not entry.get("valid_to") or entry["valid_to"] >= today.isoformat()
    ]
    return max(valid, key=lambda level: level.rank, default=CertificateLevel.NONE)


def _resolve_references(
    session: Session, manager: Manager, values: dict[str, Any], principal: Principal
) -> None:
    """Link the user, set the affiliations and default the region.

    Raises:
        Forbidden: a user other than an operator links a user, or a manager writes a record about another person.
        Invalid: the user or an organisation does not exist, a name tells several organisations, or not exactly one
            active affiliation is the primary one.
        Conflict: the user is linked to another manager record.
    """
    faults = Faults()
    with faults.collected():
        _link_user(session, manager, values, principal)
    with faults.collected():
        _resolve_ties(session, manager, values.get("declared_conflicts") or ())
    affiliations = values.pop("affiliations", None)
    if affiliations is not None:
        with faults.collected():
            _set_affiliations(session, manager, affiliations, principal)
    elif not manager.affiliations and manager.owner_org_id is not None:
        manager.affiliations = [
            Affiliation(
                id=new_id(),
                organisation_id=manager.owner_org_id,
                position="",
                kind="full_time",
                is_primary=True,
                created_at=now(),
            )
        ]
    if values.get("region") is None and manager.region is None and values.get("regions"):
        values["region"] = values["regions"][0]
    faults.raise_if_any()


def _link_user(session: Session, manager: Manager, values: dict[str, Any], principal: Principal) -> None:
    user_id = values.pop("user_id", manager.user_id)
    if principal.role is Role.MANAGER:
        if user_id not in (None, principal.user_id):
            raise Forbidden("You may only create or change your own record.", "您只能填报本人的记录。")
        manager.user_id = manager.user_id or principal.user_id
        _refuse_second_record(session, manager)
        return
    if user_id == manager.user_id:
        return
    if not principal.sees_everything:
        raise Forbidden("Only operators may link a user.", "只有管理部门可以关联登录用户。")
    if user_id is not None:
        user = session.get(User, user_id)
        if user is None or user.role != Role.MANAGER:
            raise Invalid.field(
                "user_id",
                "not_a_manager_user",
                "用户不存在或不是技术经理人",
                "the user does not exist or does not have the role manager",
            )
    manager.user_id = user_id
    _refuse_second_record(session, manager)


def _refuse_second_record(session: Session, manager: Manager) -> None:
    if manager.user_id is not None and manager_of_user(session, manager.user_id) not in (None, manager.id):
        raise Conflict(
            "This user already has a manager record; change that record instead.",
            "该用户已有技术经理人记录，请修改原记录。",
            code="second_manager_record",
        )


def _set_affiliations(
    session: Session, manager: Manager, affiliations: Sequence[Mapping[str, Any]], principal: Principal
) -> None:
    texts = {
        f"affiliations.{index}.organisation_id": str(entry["organisation_id"])
        for index, entry in enumerate(affiliations)
    }
    found = resolve_organisations(session, texts)
    ids = [found[field] for field in texts]
    rows = [
        Affiliation(
            id=new_id(),
            organisation_id=id_,
            position=entry.get("position", ""),
            kind=entry.get("kind", "full_time"),
            start=_parse_day(entry.get("start")),
            end=_parse_day(entry.get("end")),
            is_primary=entry.get("is_primary", False),
            created_at=now(),
        )
        for id_, entry in zip(ids, affiliations, strict=True)
    ]
    today = local_now().date()
    primary = [row for row in rows if row.is_primary and is_active(row, today)]
    if len(primary) != 1 or sum(row.is_primary for row in rows) != 1:
        raise Invalid.field(
            "affiliations",
            "one_primary",
            "在任单位中须有且仅有一个主要任职单位",
            "exactly one affiliation must be the primary one, and it must be active today",
        )
    if manager.published_at is not None and not principal.sees_everything:
        rows += _left_out(session, manager.affiliations, ids, today)
    manager.affiliations = rows
    manager.owner_org_id = primary[0].organisation_id


def _left_out(
    session: Session, posts: Sequence[Affiliation], named: Collection[UUID], today: date
) -> list[Affiliation]:
    """Posts that a change of a published record leaves out, as posts that have ended: their end is a fact with a date,
    and a conflict for a while longer. The bureau removes what was entered by mistake."""
    months = session.info.get("conflict_grace_months", DEFAULT_GRACE_MONTHS)
    return [
        Affiliation(
            id=new_id(),
            organisation_id=post.organisation_id,
            position=post.position,
            kind=post.kind,
            start=post.start,
            end=post.end if post.end is not None and post.end < today else today,
            is_primary=False,
            created_at=post.created_at,
        )
        for post in posts
        if post.organisation_id not in named
        and (post.start is None or post.start <= today)
        and (post.end is None or today <= add_months(post.end, months))
    ]


def _resolve_ties(session: Session, manager: Manager, entries: Sequence[dict[str, Any]]) -> None:
    """Organisations in declared conflicts by their ids. Those that are not registered yet have fields of their own."""
    known = {entry.get("organisation_name") for entry in manager.declared_conflicts or ()}
    refuse_unclear_names(
        session,
        {
            f"declared_conflicts.{index}.organisation_name": name
            for index, entry in enumerate(entries)
            if (name := entry.get("organisation_name"))
            and name not in known
            and not (entry.get("organisation_id") or entry.get("organisation_code"))
        },
    )
    texts = {
        f"declared_conflicts.{index}.organisation_id": str(entry["organisation_id"])
        for index, entry in enumerate(entries)
        if entry.get("organisation_id")
    }
    found = resolve_organisations(session, texts)
    for index, entry in enumerate(entries):
        if entry.get("organisation_id"):
            entry["organisation_id"] = str(found[f"declared_conflicts.{index}.organisation_id"])


def _parse_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _derive(manager: Manager) -> None:
    manager.certificate_level = highest_certificate(manager.certificates, local_now().date()).value
    manager.verified_claims = holding(manager)


def _check(manager: Manager) -> Iterator[FieldError]:
    primary = [entry.organisation_id for entry in manager.affiliations if entry.is_primary]
    if manager.owner_org_id not in primary:
        yield FieldError(
            "affiliations",
            "one_primary",
            "所属单位应为主要任职单位",
            "the owner must be the organisation of the primary affiliation",
        )
    yield from _check_days(manager)


def _check_days(manager: Manager) -> Iterator[FieldError]:
    """Years that nobody means. A post or an interest may begin or end some years ahead."""
    latest = date(today().year + MAX_YEARS_AHEAD, 12, 31)
    for index, paper in enumerate(manager.certificates or ()):
        issued = paper.get("issued_on")
        yield from is_past(f"certificates.{index}.issued_on", issued)
        yield from is_end(f"certificates.{index}.valid_to", paper.get("valid_to"), issued)
    for index, work in enumerate(manager.track_record or ()):
        if (year := work.get("year")) and year > today().year:
            yield FieldError(
                f"track_record.{index}.year",
                "year_future",
                f"年份 {year} 晚于今年，业绩应为已促成的项目",
                f"{year} is later than this year; the track record holds what is done",
            )
    for index, post in enumerate(manager.affiliations):
        yield from is_within(f"affiliations.{index}.start", post.start, latest)
        yield from is_within(f"affiliations.{index}.end", post.end, latest)
    for name in ("leave", "declared_conflicts"):
        for index, period in enumerate(getattr(manager, name) or ()):
            for end in ("start", "end"):
                yield from is_within(f"{name}.{index}.{end}", period.get(end), latest)


LIBRARY = Library(
    kind=RecordKind.MANAGER,
    plural="managers",
    model=Manager,
    create_schema=ManagerCreate,
    patch_schema=ManagerPatch,
    read_schema=ManagerRead,
    main_text="expertise",
    facets={
        "field": "fields",
        "industry": "industries",
        "region": "regions",
        "serves": "regions",
        "certificate": "certificate_level",
        "language": "languages",
    },
    public_texts=("title", "expertise", "keywords"),
    member_texts=("title", "expertise", "keywords", "track_record"),
    ignored_by_matching=frozenset(),
    check=_check,
    resolve_references=_resolve_references,
    derive=_derive,
    relations=("affiliations",),
    awarded=frozenset(
        {
            "recognised_tier",
            "recognised_year",
            "honours",
            "filing_number",
            "filing_state",
            "filing_valid_to",
            "verified_claims",
        }
    ),
)
