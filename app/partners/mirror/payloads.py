"""From what a feed says of a record to the payload that stores its copy."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

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


def is_copied(library: Library, name: str) -> bool:
    """Whether a field of a feed becomes the same field of the copy."""
    return name in library.patch_schema.model_fields and name not in _NEVER


def payload_of(
    session: Session, origin: MirrorOrigin, library: Library, body: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of the copy, as the API takes them; organisations by this platform's ids, created where unknown.

    Raises:
        Invalid: the name of an organisation is invalid.
    """
    payload = {name: value for name, value in body.items() if is_copied(library, name)}
    region = str(body.get("region") or "000000")
    name = body.get("owner_name")
    if name and body.get("publish_mode") != PublishMode.CONFIDENTIAL:
        owner = _organisation(session, str(name), _OWNER_KINDS[library.kind], region)
    else:
        owner = origin.owner_org_id
    payload["owner_org_id"] = str(owner)
    if library.kind is RecordKind.ACHIEVEMENT and body.get("co_org_names"):
        payload["co_org_ids"] = [
            str(_organisation(session, str(one), "institute", region)) for one in body["co_org_names"]
        ]
    if library.kind is RecordKind.MANAGER:
        payload |= _of_manager(session, body, owner, region)
    return payload


def _of_manager(session: Session, body: Mapping[str, Any], owner: UUID, region: str) -> dict[str, Any]:
    places = [
        {name: value for name, value in place.items() if name != "organisation"}
        | {"organisation_id": str(_organisation(session, str(place["organisation"]), "agency", region))}
        for place in body.get("affiliations") or ()
    ]
    level = body.get("certificate_level")
    return {
        "affiliations": places or [{"organisation_id": str(owner), "is_primary": True}],
        "certificates": [{"level": level}] if level and level != "none" else [],
    }


def _organisation(session: Session, name: str, kind: str, region: str) -> UUID:
    return organisation_by_name(session, principal=SYSTEM, name=name, kind=kind, region=region).id
