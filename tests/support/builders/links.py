"""Links in mails about accounts, without a mail server: the token of the last one to a mailbox."""

from sqlalchemy import select

from app.accounts.links.models import AccountLink
from app.accounts.links.service import token_of
from app.database import Database
from app.settings import Settings


def last_token(database: Database, settings: Settings, email: str) -> str:
    """The token that the last mail to this mailbox holds."""
    with database.reading() as session:
        query = select(AccountLink.id).where(AccountLink.email == email)
        link_id = session.scalars(query.order_by(AccountLink.id.desc())).first()
        assert link_id is not None, f"no link for {email}"
    return token_of(settings.signing_key, link_id)
