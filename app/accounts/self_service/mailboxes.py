"""Confirmation of a mailbox: the link of a mail completes a registration or a change of address."""

from sqlalchemy.orm import Session

from app.accounts.links import service as links
from app.accounts.links.models import LinkPurpose
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schemas import MailboxConfirmed, UserOut
from app.accounts.self_service.mail_change import complete_mail_change
from app.accounts.self_service.registration import complete_registration
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
