"""The routers of this area, in the order in which paths are matched."""

from fastapi import APIRouter

from app.web.account.channels import router as channels
from app.web.account.consent import router as consent
from app.web.account.invitation import router as invitation
from app.web.account.links import router as links
from app.web.account.login import router as login
from app.web.account.mailboxes import router as mailboxes
from app.web.account.notices_inbox import router as notices
from app.web.account.own_account import router as own_account
from app.web.account.personal_data import router as personal_data
from app.web.account.registration import router as registration
from app.web.account.security.confirmation import router as confirmation
from app.web.account.security.identity import router as identity
from app.web.account.security.passkey_login import router as passkey_login
from app.web.account.security.passkeys import router as passkeys
from app.web.account.security.second_factor import router as second_factor

ROUTERS: tuple[APIRouter, ...] = (
    login,
    registration,
    mailboxes,
    invitation,
    own_account,
    second_factor,
    passkeys,
    passkey_login,
    identity,
    confirmation,
    personal_data,
    consent,
    notices,
    channels,
    links,
)
