"""Withdrawal of the consent to processing, and what follows from it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import database_schema
from app.accounts.access.principal import Principal
from app.accounts.legal_texts.consents import end_consents
from app.store.erasure import refuse_published
from app.store.personal_data import own_records, user_of


def withdraw_consent(session: Session, *, principal: Principal) -> None:
    """Withdraw the user's consent: the account serves only to read and erase their data, or to consent anew, and
    nothing is sent to them any more.

    Raises:
        Forbidden: the caller is an API key.
        Conflict: the user's record in the talent library is still published.
    """
    user_id = user_of(principal)
    refuse_published(session, own_records(session, user_id))
    channels = database_schema.metadata().tables["channel_addresses"]
    session.execute(update(channels).where(channels.c.user_id == user_id).values(enabled=False))
    end_consents(session, user_id, principal=principal)
