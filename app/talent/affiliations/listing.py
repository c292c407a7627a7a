"""Pages of the list of affiliations with an organisation."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.libraries.managers.models import Affiliation
from app.paging import Page, PageRequest, Sort, fetch_page
from app.talent.affiliations import service
from app.talent.affiliations.models import ConsentState
from app.talent.affiliations.schemas import AffiliationRead

CONSENT_STATES: Mapping[str, ConsentState] = {state.value: state for state in ConsentState}
"""The states by their codes."""

_NEWEST = Sort(Affiliation.created_at, datetime, descending=True, name="affiliations")


def affiliation_page(
    session: Session, paging: PageRequest, consent: ConsentState | None = None, *, principal: Principal
) -> Page[AffiliationRead]:
    """One page of the affiliations with the principal's organisation, newest first."""
    require(principal, Action.AFFILIATION_CONSENT, own=True)
    rows, next_cursor = fetch_page(session, service.visible_affiliations(principal, consent), _NEWEST, paging)
    return Page(items=service.read_many(session, rows), next_cursor=next_cursor)
