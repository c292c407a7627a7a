"""The library of achievements: its checks, facets and searched texts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.organisations.lookup import resolve_organisations
from app.clock import local_now
from app.errors import FieldError
from app.libraries.achievements.models import Achievement
from app.libraries.achievements.schemas import AchievementCreate, AchievementPatch, AchievementRead
from app.libraries.library import Library
from app.libraries.record.enums import RecordKind
from app.libraries.validation.cross_field_checks import (
    field_errors_of,
    in_order,
    is_end,
    is_past,
    money_range,
)
from app.libraries.validation.values.patents import check_ip_number


def _check(achievement: Achievement) -> Iterator[FieldError]:
    yield from money_range(achievement, "price")
    yield from in_order(achievement, "research_start", "research_end")
    today = local_now().date()
    for name in ("research_start", "research_end"):
        month = getattr(achievement, name)
        yield from is_past(name, f"{month}-01" if month else None)
    for index, right in enumerate(achievement.ip_list):
        number, kind = right.get("number"), right.get("type")
        granted = right.get("granted_on")
        yield from is_past(f"ip_list.{index}.granted_on", granted)
        yield from is_end(f"ip_list.{index}.valid_until", right.get("valid_until"), granted)
        if number:
            yield from field_errors_of(
                f"ip_list.{index}.number",
                # The type `other` cannot be checked; it also holds patents whose number is wrong at the source.
                lambda number=number, kind=kind: (  # type: ignore[misc]
                    None if kind == "other" else check_ip_number(number, ip_type=kind, today=today)
                ),
            )


def _resolve_references(session: Session, _: Any, values: dict[str, Any], __: Principal) -> None:
    """Resolve the co-owning organisations.

    Raises:
        Invalid: one of them does not exist, or a name tells several.
    """
    texts = {f"co_org_ids.{index}": str(text) for index, text in enumerate(values.get("co_org_ids") or ())}
    if texts:
        values["co_org_ids"] = []  # what reads the record looks its owners up, also if one of these is none
        found = resolve_organisations(session, texts)
        values["co_org_ids"] = list(dict.fromkeys(str(found[field]) for field in texts))


LIBRARY = Library(
    kind=RecordKind.ACHIEVEMENT,
    plural="achievements",
    model=Achievement,
    create_schema=AchievementCreate,
    patch_schema=AchievementPatch,
    read_schema=AchievementRead,
    main_text="summary",
    facets={
        "field": "fields",
        "industry": "industries",
        "region": "region",
        "mode": "transfer_modes",
        "trl": "trl",
    },
    public_texts=("title", "keywords"),
    member_texts=(
        "title",
        "summary",
        "advantages",
        "innovations",
        "problem_solved",
        "scenarios",
        "indicators",
        "keywords",
    ),
    ignored_by_matching=frozenset(
        {
            "completed_by",
            "confidential_note",
            "funding_source",
            "landing_requirement",
            "rd_investment_wan",
            "registration_number",
            "research_end",
            "research_start",
            "undertaking",
        }
    ),
    check=_check,
    resolve_references=_resolve_references,
)
