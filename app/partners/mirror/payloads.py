"""From what a feed says of a record to the payload that stores its copy."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.organisations.lookup import organisation_by_name
from app.libraries.library import Library
from app.libraries.record.enums import PublishMode, RecordKind
from app.partners.mirror.models import MirrorOrigin

_OWNER_KINDS = {
    RecordKind.ACHIEVEMENT: "institute",
    RecordKind.DEMAND: "enterprise",
    RecordKind.MANAGER: "agency",
}
# Never from a feed, whatever it says: contacts and sources are this platform's own.
_NEVER = frozenset(
    {
        "owner_org_id",
        "co_org_ids",
        "contact_name",
        "contact_phone",
        "contact_email",
        "source",
        "source_ref",
        "confirmed",
        "user_id",
        "draft",
        "affiliations",
        "certificates",
    }
)


_MOST_NAMED = 20
_Name = Annotated[str, Field(max_length=200)]


def is_copied(library: Library, name: str) -> bool:
    """Whether a field of a feed becomes the same field of the copy."""
    return name in library.patch_schema.model_fields and name not in _NEVER


def payload_of(
    session: Session, origin: MirrorOrigin, library: Library, body: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of the copy, as the API takes them; organisations by this platform's ids, created where unknown.

    Raises:
        Invalid, ValidationError: the name of an organisation is invalid, or what names some has another shape.
    """
    payload = {name: value for name, value in body.items() if is_copied(library, name)}
    named = _named(body)
    region = named.region or "000000"
    if named.owner_name and body.get("publish_mode") != PublishMode.CONFIDENTIAL:
        owner = _organisation(session, named.owner_name, _OWNER_KINDS[library.kind], region)
    else:
        owner = origin.owner_org_id
    payload["owner_org_id"] = str(owner)
    if library.kind is RecordKind.ACHIEVEMENT and named.co_org_names:
        payload["co_org_ids"] = [
            str(_organisation(session, one, "institute", region)) for one in named.co_org_names
        ]
    if library.kind is RecordKind.MANAGER:
        payload |= _of_manager(session, named, owner, region)
    return payload


class _Place(BaseModel):
    model_config = ConfigDict(extra="allow")

    organisation: _Name


class _Named(BaseModel):
    """What of a record names an organisation, which is created where it is unknown: as few as a record may name."""

    owner_name: _Name | None = None
    region: str | None = None
    co_org_names: list[_Name] = Field(default=[], max_length=_MOST_NAMED)
    affiliations: list[_Place] = Field(default=[], max_length=_MOST_NAMED)
    certificate_level: str | None = None


def _named(body: Mapping[str, Any]) -> _Named:
    """
    Raises:
        ValidationError: they have another shape.
    """
    given = {name: body[name] for name in _Named.model_fields if body.get(name) is not None}
    return _Named.model_validate(given)


def _of_manager(session: Session, named: _Named, owner: UUID, region: str) -> dict[str, Any]:
    places = [
        (place.model_extra or {})
        | {"organisation_id": str(_organisation(session, place.organisation, "agency", region))}
        for place in named.affiliations
    ]
    level = named.certificate_level
    return {
        "affiliations": places or [{"organisation_id": str(owner), "is_primary": True}],
        "certificates": [{"level": level}] if level and level != "none" else [],
    }


def _organisation(session: Session, name: str, kind: str, region: str) -> UUID:
    return organisation_by_name(session, principal=SYSTEM, name=name, kind=kind, region=region).id
