"""Whose list a file is: records and confirmed headers are known per sender."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import advisory_lock, now
from app.errors import Invalid
from app.exchange.batches.models import ImportHeader
from app.exchange.headers.dictionary import Kind, key_of, wordings
from app.exchange.headers.explained import Explained

MAX_HEADERS = 2000
"""Headers that are remembered for a sender."""
UNSAID = "*"
"""The field of a header of which nobody has said more than the kind of its list."""


def sender_of(principal: Principal, name: str | None) -> str:
    """The sender of a file: named by the bureau, always their own organisation for other users.

    Raises:
        Invalid: the name is too long.
    """
    if not principal.sees_everything:
        return f"organisation:{principal.organisation_id}"
    text = " ".join((name or "").split())
    if len(text) > 100:
        raise Invalid.field(
            "sender", "text_too_long", "报送单位至多 100 字", "must have at most 100 characters"
        )
    return f"bureau:{text}"


def learnt_headers(session: Session, sender: str) -> Explained:
    """Folded header → field, as confirmed for the sender, with the kinds of the lists in which that was."""
    rows = list(session.scalars(select(ImportHeader).where(ImportHeader.sender == sender)))
    explained = [row for row in rows if row.field != UNSAID]
    return Explained(
        {row.header: row.field for row in explained},
        {row.header: Kind(row.kind) for row in explained if row.kind is not None},
        unsaid={row.header: Kind(row.kind) for row in rows if row.field == UNSAID and row.kind is not None},
    )


def confirm_headers(
    session: Session,
    sender: str,
    meanings: Mapping[str, str | None],
    *,
    principal: Principal,
    kind: Kind | None = None,
) -> None:
    """Remember what headers of the sender mean.

    Args:
        meanings: header → field of the dictionary, an empty text to leave the column out, or None: nothing but the
            kind of its list is said.
        kind: what the list holds in which they stand; later lists with most of these headers, or with nearly all where
            nothing but the kind is said, hold the same.

    Raises:
        Forbidden: the principal may not import.
        Invalid: a field is unknown, or not one of the kind; the error names every such header. Or the sender would have
            more than `MAX_HEADERS`.
    """
    require(principal, Action.IMPORT_CREATE, own=True)
    fields = {field for one in Kind if kind in (None, one) for field in wordings(one).values()}
    unknown = [
        Invalid.field(
            header[:60], "unknown_field", f"没有字段“{field[:30]}”", f"there is no field '{field[:30]}'"
        ).fields[0]
        for header, field in meanings.items()
        if field and field not in fields
    ]
    if unknown:
        raise Invalid(fields=unknown)
    # Of two people who answer at once the later one is right.
    advisory_lock(session, int.from_bytes(hashlib.sha256(sender.encode()).digest()[:8]) >> 1)
    known = {
        row.header: row for row in session.scalars(select(ImportHeader).where(ImportHeader.sender == sender))
    }
    for header, field in meanings.items():
        if field is None and kind is None:
            continue
        folded = key_of(header)
        row = known.get(folded)
        if row is None:
            row = known[folded] = ImportHeader(sender=sender, header=folded, field=UNSAID)
            session.add(row)
        if kind is not None:
            row.kind = kind.value
        row.field = row.field if field is None else field
        row.confirmed_by, row.confirmed_at = principal.user_id, now()
    if len(known) > MAX_HEADERS:
        raise Invalid.field(
            "headers",
            "too_many",
            f"每个报送单位至多记住 {MAX_HEADERS} 个列名",
            f"at most {MAX_HEADERS} headers are remembered for a sender",
        )
