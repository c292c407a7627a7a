"""Reading and publishing legal texts."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.legal_texts.first_versions import first_version
from app.accounts.legal_texts.models import LegalText
from app.accounts.legal_texts.purposes import TextPurpose
from app.errors import Conflict, NotFound

FIRST = 1


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One version of a text; `published_at` is None for the first version, which the service brings along."""

    purpose: TextPurpose
    version: int
    zh: str
    en: str
    digest: str
    published_at: datetime | None

    def in_language(self, language: str) -> str:
        """The English text for `en`, else the Chinese one, which prevails."""
        return self.en if language == "en" else self.zh


def digest_of(purpose: TextPurpose, version: int, zh: str, en: str) -> str:
    """SHA-256, in hex, of the JSON array of purpose, version and both texts."""
    content = json.dumps([purpose.value, version, zh, en], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def newest_version(purpose: TextPurpose) -> ScalarSelect[int]:
    """The number of the version in force, as an SQL expression."""
    newest = select(func.coalesce(func.max(LegalText.version), FIRST)).where(LegalText.purpose == purpose)
    return newest.scalar_subquery()


def versions_of(session: Session, purpose: TextPurpose) -> list[TextVersion]:
    """All versions, the newest first."""
    rows = session.scalars(
        select(LegalText).where(LegalText.purpose == purpose).order_by(LegalText.version.desc())
    )
    published = [
        TextVersion(purpose, row.version, row.zh, row.en, row.digest, row.published_at) for row in rows
    ]
    zh, en = first_version(purpose)
    first = TextVersion(purpose, FIRST, zh, en, digest_of(purpose, FIRST, zh, en), None)
    return published if published and published[-1].version == FIRST else [*published, first]


def text_of(session: Session, purpose: TextPurpose, version: int | None = None) -> TextVersion:
    """One version; without a number the one in force.

    Raises:
        NotFound: there is no such version.
    """
    versions = versions_of(session, purpose)
    for found in versions:
        if version is None or found.version == version:
            return found
    raise NotFound


def keep_first_version(session: Session, purpose: TextPurpose) -> None:
    """Store the first version, so that a later release with other words changes nothing that was accepted."""
    first = text_of(session, purpose, FIRST)
    if first.published_at is None:
        session.add(LegalText(purpose=purpose, version=FIRST, zh=first.zh, en=first.en, digest=first.digest))
        session.flush()


def publish_text(
    session: Session, purpose: TextPurpose, *, zh: str, en: str, replaces: int, principal: Principal
) -> TextVersion:
    """Put a new version in force. Acceptances of earlier versions stay on record.

    Args:
        replaces: the version that the editor has read.

    Raises:
        Forbidden: the principal is not an operator.
        Conflict: another version is in force by now, or the text is the same.
    """
    require(principal, Action.LEGAL_TEXT_PUBLISH)
    current = text_of(session, purpose)
    if current.version != replaces:
        raise Conflict(
            f"Version {current.version} is in force by now; read it first.",
            f"现行版本已是第 {current.version} 版，请先阅读后再修改。",
            code="text_outdated",
            version=current.version,
        )
    if (current.zh, current.en) == (zh, en):
        raise Conflict("The text has not changed.", "文本没有改动。", code="text_unchanged")
    keep_first_version(session, purpose)
    number = current.version + 1
    session.add(
        LegalText(
            purpose=purpose,
            version=number,
            zh=zh,
            en=en,
            digest=digest_of(purpose, number, zh, en),
            published_by=principal.user_id,
        )
    )
    session.flush()
    published = text_of(session, purpose)
    audit.record(
        session,
        principal,
        Action.LEGAL_TEXT_PUBLISH,
        details=f"{purpose.value} {number} sha256:{published.digest}",
    )
    return published
