"""When a recipient may be notified: by the hours of a manager, of an organisation, or of whom a user belongs to."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.database import now
from app.libraries.managers.models import Manager
from app.pushes.preferences.service import managers_preferences, owners_preferences
from app.pushes.preferences.values import ContactTimes
from app.pushes.preferences.working_time import ContactTime, contact_time


def contact_times_of(session: Session, recipient: str, id_: UUID) -> ContactTimes | None:
    """When a recipient wants messages; `recipient` is ``manager_id``, ``organisation_id`` or ``user_id``.

    A single user follows the hours of their own record as a manager, or else of their organisation. For a manager
    without a login their organisation reads, at its hours. None without either: they may be notified at once.
    """
    if recipient == "user_id":
        row = session.execute(
            select(Manager.id, User.organisation_id)
            .select_from(User)
            .outerjoin(Manager, Manager.user_id == User.id)
            .where(User.id == id_)
        ).first()
        manager_id, organisation_id = row or (None, None)
    elif recipient == "manager_id":
        employer = select(Manager.owner_org_id).where(Manager.id == id_, Manager.user_id.is_(None))
        organisation_id = session.scalar(employer)
        manager_id = id_ if organisation_id is None else None
    else:
        manager_id, organisation_id = None, id_ if recipient == "organisation_id" else None
    if manager_id is not None:
        return managers_preferences(session, [manager_id])[manager_id]
    if organisation_id is not None:
        return owners_preferences(session, [organisation_id])[organisation_id]
    return None


def contact_time_of(session: Session, recipient: str, id_: UUID) -> ContactTime:
    """When the recipient may be notified next, and what a message waits for until then."""
    moment = now()
    times = contact_times_of(session, recipient, id_)
    return ContactTime(moment, None) if times is None else contact_time(moment, times.contact_window)
