"""The library of managers: what a record refers to, and the highest valid certificate."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.organisations.lookup import refuse_unclear_names, resolve_organisations
from app.clock import local_now
from app.database import new_id, now
from app.errors.collection import Faults
from app.libraries.library import Library
from app.libraries.managers.checks import check
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.managers.posts import set_affiliations
from app.libraries.managers.schemas import ManagerCreate, ManagerPatch, ManagerRead
from app.libraries.managers.user_link import link_user
from app.libraries.managers.verification import holding
from app.libraries.record.enums import CertificateLevel, RecordKind


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
        link_user(session, manager, values, principal)
    with faults.collected():
        _resolve_ties(session, manager, values.get("declared_conflicts") or ())
    affiliations = values.pop("affiliations", None)
    if affiliations is not None:
        with faults.collected():
            set_affiliations(session, manager, affiliations, principal)
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


def _derive(manager: Manager) -> None:
    manager.certificate_level = highest_certificate(manager.certificates, local_now().date()).value
    manager.verified_claims = holding(manager)


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
    check=check,
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
