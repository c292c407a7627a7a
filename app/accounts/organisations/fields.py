"""Fields of an organisation: checks, changes, and the names used by search."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.field_checks import check_region, checked, clean_name, name_key
from app.accounts.models import Organisation, OrganisationKind, OrganisationName
from app.accounts.organisations.credit_code import check_uscc
from app.accounts.organisations.names import NameKind, identity_of
from app.clock import today
from app.errors import Conflict, FieldError, Invalid

_MAX_ALIASES = 20
_MAX_FORMER = 20
_EARLIEST_NAME = "1800-01-01"
_FULL_ALIAS = (
    4  # characters without the legal form: with fewer, an alias is a short name that others may have too
)
_MAX_KEY = 240  # length of the column; a few ligatures become longer when normalised


def set_field(session: Session, organisation: Organisation, field: str, value: Any) -> None:
    """Check a value and set it on the organisation.

    Raises:
        Invalid: the field or its value is invalid.
        Conflict: another organisation has this credit code.
    """
    match field:
        case "name":
            rename(organisation, checked_name(value))
        case "former_names":
            organisation.former_names = checked_former_names(value or ())
        case "uscc":
            organisation.uscc = available_uscc(session, value, but_for=organisation)
        case "region":
            organisation.region = checked("region", check_region, value)
        case "aliases":
            organisation.aliases = checked_aliases(value or ())
        case "kind":
            organisation.kind = checked_kind(value)
        case "code_exemption":
            organisation.code_exemption = value
        case "parent_id" if value is None:
            organisation.parent_id = None
        case "parent_id":
            set_parent(session, organisation, value)
        case _:
            raise Invalid.field(field, "unknown_field", "字段不存在", "the field does not exist")


def checked_kind(text: str) -> OrganisationKind:
    """
    Raises:
        Invalid: there is no such kind.
    """
    try:
        return OrganisationKind(text)
    except ValueError as error:
        kinds = ", ".join(OrganisationKind)
        raise Invalid.field(
            "kind", "unknown_kind", f"单位类型应为以下之一：{kinds}", f"the kind must be one of: {kinds}"
        ) from error


def checked_name(text: str) -> str:
    """
    Raises:
        Invalid: the name does not have 2 to 120 characters, or contains invisible ones.
    """
    name = checked("name", clean_name, text)
    if not 2 <= len(name) <= 120 or not 1 <= len(name_key(name)) <= _MAX_KEY:
        raise Invalid.field(
            "name", "name_length", "名称应为 2–120 个字符", "the name must have 2 to 120 characters"
        )
    return name


def checked_aliases(texts: Collection[str]) -> list[str]:
    """The aliases without duplicates.

    Raises:
        Invalid: there are too many, or one is too long or contains invisible characters.
    """
    names = list(dict.fromkeys(checked("aliases", clean_name, text) for text in texts))
    if len(names) > _MAX_ALIASES or not all(
        len(name) <= 120 and 1 <= len(name_key(name)) <= _MAX_KEY for name in names
    ):
        raise Invalid.field(
            "aliases",
            "aliases",
            f"别名至多 {_MAX_ALIASES} 个，每个 1–120 个字符",
            f"at most {_MAX_ALIASES} aliases of 1 to 120 characters each are allowed",
        )
    return names


def available_uscc(session: Session, text: str | None, but_for: Organisation | None = None) -> str | None:
    """The normalised credit code.

    Raises:
        Invalid: the code is invalid.
        Conflict: an organisation other than `but_for` has this code.
    """
    if text is None:
        return None
    uscc = checked("uscc", check_uscc, text)
    holder = session.scalar(select(Organisation.id).where(Organisation.uscc == uscc))
    if holder is not None and (but_for is None or holder != but_for.id):
        raise Conflict(
            "An organisation with this credit code already exists; ask it or the bureau to create your account.",
            "该统一社会信用代码的单位已存在，请联系该单位或管理部门为您开户。",
            code="uscc_taken",
            fields=[FieldError("uscc", "uscc_taken", "该代码已登记", "this code is already registered")],
        )
    return uscc


def set_parent(session: Session, organisation: Organisation, parent_id: UUID) -> None:
    """Set the parent. All ancestors are locked, because two concurrent changes could otherwise create a cycle.

    Raises:
        Invalid: the parent does not exist, or is the organisation itself or one of its subsidiaries.
    """
    ancestor: UUID | None = parent_id
    while ancestor is not None:
        if ancestor == organisation.id:
            raise Invalid.field(
                "parent_id",
                "parent_cycle",
                "上级单位不能是本单位或其下级单位",
                "the parent must not be the organisation itself or one of its subsidiaries",
            )
        row = session.execute(
            select(Organisation.parent_id).where(Organisation.id == ancestor).with_for_update()
        ).one_or_none()
        if row is None:
            raise unknown_parent()
        ancestor = row[0]
    organisation.parent_id = parent_id


def unknown_parent() -> Invalid:
    return Invalid.field(
        "parent_id", "unknown_organisation", "上级单位不存在", "the parent organisation does not exist"
    )


def write_names(session: Session, organisation: Organisation) -> None:
    """Replace the organisation's rows in the table of names."""
    session.execute(delete(OrganisationName).where(OrganisationName.organisation_id == organisation.id))
    session.add_all(
        OrganisationName(organisation_id=organisation.id, **row)
        for row in name_rows(organisation.name, organisation.former_names or (), organisation.aliases)
    )
    session.flush()


def name_rows(
    name: str, former_names: Iterable[Mapping[str, Any]], aliases: Iterable[str]
) -> list[dict[str, Any]]:
    """The rows of an organisation in the table of names, without its id."""
    former = [entry["name"] for entry in former_names]
    named = [
        (name, NameKind.NAME),
        *((one, NameKind.FORMER) for one in former),
        *((one, NameKind.ALIAS) for one in aliases),
    ]
    rows: dict[str, dict[str, Any]] = {}
    for text, kind in named:
        identity = identity_of(text)
        if kind is NameKind.ALIAS and not (identity.full and len(identity.core) >= _FULL_ALIAS):
            kind = NameKind.SHORT
        key = name_key(text)
        row = {"key": key, "core": identity.core[:_MAX_KEY], "kind": kind, "branch": identity.branch}
        rows.setdefault(key, row)
    return list(rows.values())


def rename(organisation: Organisation, name: str) -> None:
    """Give the organisation another name; the present one becomes a former name, until today."""
    before = organisation.name
    organisation.name = name
    if name_key(before) == name_key(name):
        return
    kept = [entry for entry in organisation.former_names or () if name_key(entry["name"]) != name_key(name)]
    if all(name_key(entry["name"]) != name_key(before) for entry in kept):
        kept.append({"name": before, "since": None, "until": today().isoformat()})
    organisation.former_names = kept[-_MAX_FORMER:]


def checked_former_names(entries: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The former names without duplicates.

    Raises:
        Invalid: there are too many, one is too long or has invisible characters, or its dates are out of order.
    """
    found: dict[str, dict[str, Any]] = {}
    for index, entry in enumerate(entries):
        field = f"former_names.{index}"
        name = checked(f"{field}.name", clean_name, entry["name"])
        if not 2 <= len(name) <= 120 or not 1 <= len(name_key(name)) <= _MAX_KEY:
            raise Invalid.field(
                f"{field}.name",
                "name_length",
                "名称应为 2–120 个字符",
                "the name must have 2 to 120 characters",
            )
        since, until = _day(entry.get("since")), _day(entry.get("until"))
        for end, day in (("since", since), ("until", until)):
            if day is not None and not _EARLIEST_NAME <= day <= today().isoformat():
                raise Invalid.field(
                    f"{field}.{end}",
                    "date_range",
                    f"日期 {day} 应在 {_EARLIEST_NAME} 至今天之间，请检查年份",
                    f"{day} must be between {_EARLIEST_NAME} and today; check the year",
                )
        if since is not None and until is not None and since > until:
            raise Invalid.field(
                f"{field}.until",
                "period_order",
                "停用日期不得早于启用日期",
                "the end must not be earlier than the start",
            )
        found.setdefault(name_key(name), {"name": name, "since": since, "until": until})
    if len(found) > _MAX_FORMER:
        raise Invalid.field(
            "former_names",
            "former_names",
            f"曾用名至多 {_MAX_FORMER} 个",
            f"at most {_MAX_FORMER} former names are allowed",
        )
    return list(found.values())


def _day(value: date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
