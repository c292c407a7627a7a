"""Checks of a filing before it is submitted or approved."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.clock import today
from app.errors import Conflict
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.settings import Settings
from app.talent.affiliations.service import without_consent
from app.talent.filings.models import Filing, FilingState


def check_renewal_day(filing: Filing, settings: Settings) -> None:
    if filing.state != FilingState.FILED or filing.valid_to is None:
        return
    renewable_from = filing.valid_to - timedelta(days=settings.filing_renewal_days)
    if today() < renewable_from:
        raise Conflict(
            f"The filing can be renewed from {renewable_from} on.",
            f"自 {renewable_from} 起可以申请续期。",
            code="renewal_too_early",
            opens=renewable_from.isoformat(),
        )


def check_approvable(session: Session, filing: Filing) -> None:
    manager = session.get_one(Manager, filing.manager_id)
    if manager.state != RecordState.PUBLISHED:
        raise Conflict(
            "The filing cannot be approved: the manager's record is not published.",
            "该技术经理人的记录未发布，不能批准备案。",
            code="record_not_published",
        )
    missing_consents = without_consent(session, manager)
    if missing_consents:
        raise Conflict(
            "The filing cannot be approved: an institution has not consented to a secondary affiliation.",
            "跨机构任职未经任职单位同意，不能批准备案。",
            code="consent_missing",
            organisation_ids=[str(id_) for id_ in missing_consents],
        )
