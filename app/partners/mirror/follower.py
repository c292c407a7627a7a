"""Following a feed from the stored cursor to its end."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import SYSTEM
from app.accounts.organisations.lookup import organisation_by_name
from app.database import Database, now
from app.libraries.record.indexing import Indexer
from app.partners.mirror.copies import Copier
from app.partners.mirror.models import MirroredRecord, MirrorOrigin
from app.partners.mirror.source import FeedSource, FeedUnreadable, KeyFile
from app.settings import Settings

_OVERSEAS = "000000"


@dataclass(slots=True)
class MirrorReport:
    """What one run has done.

    Attributes:
        entries: of the feed that were applied.
        reverted: copies that were changed here and are again what the origin said.
        records: copies of published records, and `drafts` those that lack something; `faults` says what.
    """

    entries: int = 0
    reverted: int = 0
    records: int = 0
    drafts: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)


def follow(
    database: Database, indexer: Indexer, settings: Settings, source: FeedSource, keys: KeyFile
) -> MirrorReport:
    """Read the feed to its end, then give copies that were changed here the origin's values again.

    The cursor is stored after each page. An interrupted page is read again, which changes nothing a second time.

    Raises:
        FeedUnreadable: see `FeedSource.page`; or the key file has another key than the one that was fixed.
    """
    origin_id, cursor, public_key = _origin(database, source, keys)
    copier = Copier(database, indexer, settings, origin_id)
    report = MirrorReport()
    more = True
    while more:
        page = source.page(cursor, public_key)
        for entry in page.entries:
            copier.apply(entry)
        report.entries += len(page.entries)
        cursor, more = page.next, page.more
        with database.unit_of_work() as session:
            origin = session.get_one(MirrorOrigin, origin_id)
            origin.cursor, origin.followed_at = cursor, now()
    for row_id in copier.unsettled():
        copier.settle(row_id)
        report.reverted += 1
    _count(database, origin_id, report)
    return report


def _origin(database: Database, source: FeedSource, keys: KeyFile) -> tuple[UUID, str | None, dict[str, Any]]:
    with database.reading() as session:
        known = _known(session, source.url)
        if known is not None:
            if keys.public_key is not None and keys.public_key.get("x") != known.public_key.get("x"):
                raise FeedUnreadable(
                    f"{source.url}: the key file has another public key than the one that was fixed at the first run "
                    "(密钥文件中的公钥与首次固定的公钥不同)"
                )
            return known.id, known.cursor, known.public_key
    public_key = keys.public_key or source.public_key()
    source.page(None, public_key)  # nothing is remembered of a platform that does not answer
    with database.unit_of_work() as session:
        owner = organisation_by_name(
            session,
            principal=SYSTEM,
            name=f"合作平台 {source.url.partition('://')[2]}"[:120],
            kind="agency",
            region=_OVERSEAS,
        )
        origin = MirrorOrigin(url=source.url, public_key=public_key, cursor=None, owner_org_id=owner.id)
        session.add(origin)
        session.flush()
        return origin.id, None, public_key


def _known(session: Session, url: str) -> MirrorOrigin | None:
    return session.scalar(select(MirrorOrigin).where(MirrorOrigin.url == url))


def _count(database: Database, origin_id: UUID, report: MirrorReport) -> None:
    row = MirroredRecord
    with database.reading() as session:
        kept = select(func.count()).where(row.origin_id == origin_id, row.body.is_not(None))
        report.records = session.scalar(kept) or 0
        for one in session.scalars(select(row).where(row.origin_id == origin_id)):
            if one.faults:
                report.drafts += 1
                report.faults += [fault | {"id": str(one.remote_id)} for fault in one.faults]
