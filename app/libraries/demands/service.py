"""The library of demands: its checks, facets and searched texts; shared behaviour is in ``libraries.lifecycle``."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import (
    is_id,
    organisations_called,
    refuse_unclear_names,
    resolve_organisations,
)
from app.clock import today
from app.errors import FieldError
from app.libraries.demands.exclusions import remember_exclusions
from app.libraries.demands.models import Demand
from app.libraries.demands.schemas import DemandCreate, DemandPatch, DemandRead
from app.libraries.library import Library
from app.libraries.record.enums import RecordKind
from app.libraries.validation.cross_field_checks import in_order, is_within, money_range
from app.libraries.validation.values.dates import MAX_YEARS_AHEAD


def _check(demand: Demand) -> Iterator[FieldError]:
    yield from money_range(demand, "budget")
    yield from in_order(demand, "start_date", "deadline")
    yield from is_within("start_date", demand.start_date, date(today().year + MAX_YEARS_AHEAD, 12, 31))
    yield from in_order(demand, "valid_until", "deadline")


def _resolve_references(session: Session, demand: Demand, values: dict[str, Any], _: Principal) -> None:
    """
    Raises:
        Invalid: an excluded organisation is not registered by that id, or not by that name, and likely another one is
            meant.
    """
    if values.get("excluded_orgs"):
        values["excluded_orgs"] = _written(session, values["excluded_orgs"])
    known = set(demand.excluded_orgs or ())
    refuse_unclear_names(
        session,
        {
            f"excluded_orgs.{index}": text
            for index, text in enumerate(values.get("excluded_orgs") or ())
            if text not in known
        },
    )


def _written(session: Session, texts: Sequence[str]) -> list[str]:
    """The texts with the code or the name of an organisation in place of its id."""
    ids = {f"excluded_orgs.{index}": text for index, text in enumerate(texts) if is_id(text)}
    found = resolve_organisations(session, ids)
    written = {}
    for field, id_ in found.items():
        organisation = session.get_one(Organisation, id_)
        written[field] = organisation.uscc or organisation.name
    return [written.get(f"excluded_orgs.{index}", text) for index, text in enumerate(texts)]


def organisations_of_codes(session: Session, codes: Collection[str]) -> Mapping[str, Sequence[UUID]]:
    """Credit code or name → ids of the organisations that it tells, for those that are registered."""
    return organisations_called(session, codes)


LIBRARY = Library(
    kind=RecordKind.DEMAND,
    plural="demands",
    model=Demand,
    create_schema=DemandCreate,
    patch_schema=DemandPatch,
    read_schema=DemandRead,
    main_text="main_problem",
    facets={
        "field": "fields",
        "industry": "industries",
        "region": "region",
        "mode": "cooperation_modes",
        "trl": "min_trl",
    },
    public_texts=("title", "keywords"),
    member_texts=(
        "title",
        "main_problem",
        "scenario",
        "key_technology",
        "expected_goal",
        "indicators",
        "keywords",
    ),
    ignored_by_matching=frozenset(
        {
            "payment_plan",
            "existing_basis",
            "confidential_note",
            "public_alias",
            "preferred_partners",
            "undertaking",
        }
    ),
    check=_check,
    resolve_references=_resolve_references,
    remember=remember_exclusions,
    expiry_dates=("valid_until", "deadline"),
)
