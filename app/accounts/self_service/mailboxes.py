"""Confirmation of a mailbox: the link of a mail completes a registration or a change of address."""

import hmac

from sqlalchemy.orm import Session

from app.accounts.credentials import digest
from app.accounts.links import service as links
from app.accounts.links.models import LinkPurpose
from app.accounts.models import User
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schemas import MailboxConfirmed, UserOut
from app.accounts.self_service.mail_change import complete_mail_change
from app.accounts.self_service.registration import complete_registration
from app.accounts.sessions.browser import BrowserLogin, browser_opener
from app.accounts.sessions.login import open_for
from app.accounts.sessions.tokens import Client
from app.settings import Settings


def confirm_mailbox(session: Session, settings: Settings, token: str) -> MailboxConfirmed:
    """Use up the link and complete what it was sent for.

    Raises:
        NotFound: the link is invalid, used or expired.
        Conflict: what it would complete is taken meanwhile.
    """
    link = links.usable(session, token, LinkPurpose.REGISTER, LinkPurpose.CHANGE_MAIL)
    if link.purpose == LinkPurpose.CHANGE_MAIL:
        user = complete_mail_change(session, settings, token)
        return MailboxConfirmed(purpose="change_mail", organisation=None, user=UserOut.of(user))
    organisation, user = complete_registration(session, token)
    return MailboxConfirmed(
        purpose="register", organisation=OrganisationOut.of(organisation), user=UserOut.of(user)
    )


def confirm_mailbox_in_browser(
    session: Session, settings: Settings, token: str, *, browser_token: str | None, client: Client
) -> tuple[MailboxConfirmed, BrowserLogin | None]:
    """`confirm_mailbox`; in the browser that registered it is the first login, too.

    The person who confirms there has chosen the password in this browser and reads the mailbox. In any other browser
    the link alone opens nothing: who is sent the link of a registration by somebody else must not work in their
    account.

    Raises:
        NotFound, Conflict: see `confirm_mailbox`.
    """
    link = links.usable(session, token, LinkPurpose.REGISTER, LinkPurpose.CHANGE_MAIL)
    registered_in = str(link.data.get("browser") or "")
    confirmed = confirm_mailbox(session, settings, token)
    if not (browser_token and registered_in and hmac.compare_digest(digest(browser_token), registered_in)):
        return confirmed, None
    user = session.get_one(User, confirmed.user.id, with_for_update=True)
    return confirmed, open_for(session, user, client, browser_opener(settings, client))
