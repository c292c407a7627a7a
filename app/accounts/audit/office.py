"""What the audit office does with the trail: verify it, and take it out."""

from collections.abc import Iterator

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.audit.anchors import read_anchors, signing_key
from app.accounts.audit.entries import record
from app.accounts.audit.export import AuditFormat, lines
from app.accounts.audit.verification import Verification, verify
from app.database import Database
from app.encryption.signature_keys import public_key
from app.settings import Settings


def verification(database: Database, settings: Settings, *, principal: Principal) -> Verification:
    """Check the whole trail against the anchors of this home.

    Raises:
        ValueError: a line of the anchors' file is no anchor.
    """
    require(principal, Action.AUDIT_READ)
    files = [settings.audit_anchors_path] if settings.audit_anchors_path.exists() else []
    trusted = frozenset([public_key(signing_key(settings))])
    with database.reading() as session:
        return verify(session, read_anchors(files), trusted_keys=trusted)


def export(database: Database, form: AuditFormat, after: int, *, principal: Principal) -> Iterator[str]:
    """The sealed entries after a number, one a line; the export is recorded before it begins."""
    require(principal, Action.AUDIT_READ)
    with database.unit_of_work() as session:
        record(session, principal, "audit.export", details=f"{form} after {after}")
    return _lines(database, form, after)


def _lines(database: Database, form: AuditFormat, after: int) -> Iterator[str]:
    with database.reading() as session:
        yield from lines(session, form, after=after)
