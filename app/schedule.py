"""The scheduled jobs: what runs by the clock, and how often. Each job takes what it needs from the services."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.audit.alarms import raise_alarms
from app.accounts.audit.anchors import seal_and_anchor
from app.accounts.audit.retention import prune
from app.accounts.idempotency import forget_old_keys
from app.accounts.links.service import forget_old_links
from app.clock import local_now
from app.database import Database, now
from app.engagements.contracts.documents import service as documents
from app.engagements.files import service as engagement_files
from app.engagements.files.storage import Store
from app.engagements.models import Engagement
from app.engagements.reviews import upkeep as reviews
from app.engagements.tasks import service as engagement_tasks
from app.events.clock_recovery import recover_from_clock_change
from app.exchange.duplicates.comparison import compare_records
from app.libraries import expiry
from app.libraries.record.indexing import Indexer
from app.libraries.record.retention import delete_old_versions
from app.libraries.search_refresh import refresh_search
from app.matching.embedding.embedder import Embedder
from app.matching.feedback.impressions import delete_old_impressions
from app.matching.matcher import Matcher
from app.matching.training.job import train_if_due
from app.notifications.delivery import maintenance
from app.notifications.notices.listing import delete_old_notices
from app.pushes.assignment.runs import start_nightly
from app.pushes.digests import manager_digest, owner_digest
from app.pushes.planning import overdue_reassignment
from app.pushes.planning.revision import expire_due
from app.pushes.policy import current_policy
from app.services import Services
from app.settings import Settings
from app.talent.certificates import evidence
from app.talent.certificates import service as certificates
from app.talent.contests import service as contests
from app.talent.filings import reminders as filing_reminders
from app.talent.filings import service as filings
from app.talent.tiers import service as tiers
from app.workers.scheduler import ScheduledJob

# About ten seconds, in which no other job runs.
REFRESHED_AT_ONCE = 3000

# A few seconds, for the same reason.
COMPARED_AT_ONCE = 200

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def train(services: Services, database: Database) -> None:
    """Train a ranker from the judgements, and use it if it is better."""
    train_if_due(services[Settings], database, services[Embedder], services[Matcher])


def delete_impressions(services: Services, session: Session) -> None:
    """Delete impressions that are too old."""
    delete_old_impressions(session, older_than=services[Settings].exposure_retention)


def expire_records(services: Services, session: Session) -> None:
    """Withdraw published records whose last day is over."""
    expiry.expire_due(session, indexer=services[Indexer], settings=services[Settings])


def expire_pushes(_: Services, session: Session) -> None:
    """End pushes that nobody answered in time."""
    expire_due(session)


def mark_overdue_pushes(_: Services, session: Session) -> None:
    """Announce pushes whose answer is due."""
    overdue_reassignment.mark_overdue(session)


def announce_digests(_: Services, session: Session) -> None:
    """Announce the digests of managers whose hour has come."""
    manager_digest.announce_digests(session)


def announce_owner_digests(services: Services, session: Session) -> None:
    """Announce the digests of organisations whose hour has come."""
    owner_digest.announce_owner_digests(session, policy=current_policy(session, services))


def start_nightly_assignment(services: Services, session: Session) -> None:
    """Start the assignment of the night, if one is wanted."""
    settings = services[Settings]
    if settings.assignment_nightly:
        hour, limit = settings.assignment_hour, settings.assignment_pairs
        start_nightly(session, hour=hour, limit=limit, moment=local_now())


def expire_filings(_: Services, session: Session) -> None:
    """End filings whose last day is over."""
    filings.expire_due(session)


def remind_of_filings(services: Services, session: Session) -> None:
    """Announce filings whose end comes near."""
    filing_reminders.remind(session, renewal_days=services[Settings].filing_renewal_days)


def note_expired_certificates(_: Services, session: Session) -> None:
    """Announce certificates whose last day is over."""
    certificates.emit_expired(session)


def close_contests(_: Services, session: Session) -> None:
    """Close the registration of contests whose deadline has passed."""
    contests.close_due(session)


def turn_tiers_to_the_year(_: Services, session: Session) -> None:
    """Begin the tiers of a new year."""
    tiers.refresh_outdated_years(session)


def remind_of_tasks(_: Services, session: Session) -> None:
    """Announce tasks that are due or overdue."""
    engagement_tasks.remind(session)


def remind_of_reviews(services: Services, session: Session) -> None:
    """Remind the bureau of engagements that have waited for its review for long."""
    reviews.remind(session, older_than=services[Settings].review_reminder, moment=now())


def look_for_ties(_: Services, session: Session) -> None:
    """Open and close reviews for what no event tells: former posts whose time is over, an account that has moved."""
    reviews.refresh_all(session, select(Engagement))


def delete_idempotency_keys(services: Services, session: Session) -> None:
    """Delete idempotency keys that are too old."""
    forget_old_keys(session, older_than=services[Settings].idempotency_lifetime)


def _keys_elsewhere(session: Session, keys: Collection[str]) -> Collection[str]:
    """Which of these keys certificates and contracts refer to."""
    return {*evidence.referenced_keys(session, keys), *documents.referenced_keys(session, keys)}


def delete_account_links(_: Services, session: Session) -> None:
    """Delete links of accounts that are long over."""
    forget_old_links(session)


def seal_audit_trail(services: Services, database: Database) -> None:
    """Seal new entries of the audit trail, and anchor them outside the database."""
    seal_and_anchor(database, services[Settings])


def prune_audit_trail(services: Services, session: Session) -> None:
    """Delete entries of the audit trail that are too old."""
    prune(session, older_than=services[Settings].audit_retention)


def delete_unused_files(services: Services, database: Database) -> None:
    """Delete the bytes of files that no row names."""
    engagement_files.delete_orphaned_files(database, services[Store], elsewhere=_keys_elsewhere)


def recover_events(services: Services, session: Session) -> None:
    """Bring back waiting events that a clock which was ahead has put into the future."""
    recover_from_clock_change(session, lease=services[Settings].worker_lease)


def requeue_lost_deliveries(_: Services, session: Session) -> None:
    """Restart deliveries that a fault left standing."""
    maintenance.requeue_lost(session)


def delete_old_deliveries(services: Services, session: Session) -> None:
    """Delete settled messages and changes of the inbox that are too old."""
    maintenance.delete_old_deliveries(session, older_than=services[Settings].delivery_log_lifetime)


def delete_notices(services: Services, session: Session) -> None:
    """Delete notices that are too old, with the marks of who has read them."""
    delete_old_notices(session, older_than=services[Settings].notice_retention)


def forget_versions(services: Services, session: Session) -> None:
    """Delete versions of records that were replaced long ago."""
    delete_old_versions(session, older_than=services[Settings].version_retention)


def watch_reading(services: Services, session: Session) -> None:
    """Raise alarms about readers who read more of others than work explains."""
    raise_alarms(session, many=services[Settings].mass_reading)


def refresh_search_documents(_: Services, database: Database) -> None:
    """Continue to write search documents again that an upgrade has outdated."""
    refresh_search(database, limit=REFRESHED_AT_ONCE)


def compare_published_records(services: Services, database: Database) -> None:
    """Compare published records with one another; what may be one thing waits for the bureau."""
    compare_records(database, services[Matcher].index, limit=COMPARED_AT_ONCE)


def refresh_statistics(_: Services, database: Database) -> None:
    """Count anew what SQLite's planner goes by; PostgreSQL does it by itself."""
    if database.is_sqlite:
        database.refresh_statistics()


def save_index(services: Services, _: Database) -> None:
    """Save the snapshot of the indexes, in each process."""
    services[Matcher].index.save(services[Settings].index_path)


JOBS = (
    ScheduledJob("expire_records", 5 * MINUTE, expire_records),
    ScheduledJob("expire_pushes", 5 * MINUTE, expire_pushes),
    ScheduledJob("mark_overdue_pushes", 5 * MINUTE, mark_overdue_pushes),
    ScheduledJob("announce_digests", 5 * MINUTE, announce_digests),
    ScheduledJob("announce_owner_digests", 15 * MINUTE, announce_owner_digests),
    ScheduledJob("assign_nightly", 5 * MINUTE, start_nightly_assignment),
    ScheduledJob("remind_of_tasks", 5 * MINUTE, remind_of_tasks),
    ScheduledJob("remind_of_reviews", HOUR, remind_of_reviews),
    ScheduledJob("look_for_ties", DAY, look_for_ties),
    ScheduledJob("expire_filings", 10 * MINUTE, expire_filings),
    ScheduledJob("remind_of_filings", HOUR, remind_of_filings),
    ScheduledJob("note_expired_certificates", 10 * MINUTE, note_expired_certificates),
    ScheduledJob("close_contests", 5 * MINUTE, close_contests),
    ScheduledJob("turn_tiers_to_the_year", 10 * MINUTE, turn_tiers_to_the_year),
    ScheduledJob("recover_events", MINUTE, recover_events),
    ScheduledJob("sweep_deliveries", MINUTE, requeue_lost_deliveries),
    ScheduledJob("forget_deliveries", HOUR, delete_old_deliveries),
    ScheduledJob("forget_notices", DAY, delete_notices),
    ScheduledJob("forget_idempotency_keys", HOUR, delete_idempotency_keys),
    ScheduledJob("forget_account_links", HOUR, delete_account_links),
    ScheduledJob("forget_exposures", DAY, delete_impressions),
    ScheduledJob("forget_versions", DAY, forget_versions),
    ScheduledJob("seal_audit", MINUTE, run=seal_audit_trail),
    ScheduledJob("prune_audit", HOUR, prune_audit_trail),
    ScheduledJob("watch_reading", 10 * MINUTE, watch_reading),
    ScheduledJob("sweep_files", 6 * HOUR, run=delete_unused_files),
    ScheduledJob("refresh_search", MINUTE, run=refresh_search_documents),
    ScheduledJob("compare_records", MINUTE, run=compare_published_records),
    ScheduledJob("refresh_statistics", HOUR, run=refresh_statistics),
    ScheduledJob("save_index", 10 * MINUTE, run=save_index, every_process=True),
)
"""The names are rows of the table `periodic_jobs`."""


def scheduled_jobs(settings: Settings) -> tuple[ScheduledJob, ...]:
    """The jobs of this installation: `JOBS`, and training where an interval is set for it."""
    if settings.train_every is None:
        return JOBS
    return (ScheduledJob("train", settings.train_every, run=train), *JOBS)
