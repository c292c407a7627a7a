"""How long earlier versions of records are kept.

What statutes ask to keep lies elsewhere, and is not touched: contracts with versions of their own (《民法典》, article
188: claims within three years), the audit trail (《网络安全法》, article 21: six months at least), and recognition with
its inputs. A version of a record serves its owner, reviews, and the question whether a pair may be pushed again; beyond
that time contacts and names in it are kept for nothing (《个人信息保护法》, article 19).
"""

from datetime import timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from app.database import now
from app.libraries.record.models import RecordVersion

BATCH = 2000


def delete_old_versions(session: Session, *, older_than: timedelta) -> int:
    """Delete the versions that were replaced before this time, at most `BATCH`; answers their number.

    The version that a record had at that time stays, and all since: the newest one is never deleted.
    """
    oldest, newer = now() - older_than, aliased(RecordVersion)
    replaced = exists().where(
        newer.record_id == RecordVersion.record_id,
        newer.version > RecordVersion.version,
        newer.changed_at < oldest,
    )
    ids = session.scalars(
        select(RecordVersion.id).where(RecordVersion.changed_at < oldest, replaced).limit(BATCH)
    ).all()
    session.execute(delete(RecordVersion).where(RecordVersion.id.in_(ids)))
    return len(ids)
