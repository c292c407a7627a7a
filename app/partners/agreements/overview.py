"""Agreements as the bureau looks at them: with the partner's name, and what was given out so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.paging import Page, PageRequest
from app.partners.agreements.models import FeedDelivery
from app.partners.agreements.schemas import PartnerAgreementRead
from app.partners.agreements.service import agreement_of, agreement_page, read_agreement


@dataclass(frozen=True, slots=True)
class AgreementOverview:
    """An agreement.

    Attributes:
        partner: the name of the organisation.
        given: how many records the partner has been given under the agreement.
        last_given_at: when it was given one for the first time, last.
    """

    agreement: PartnerAgreementRead
    partner: str
    given: int
    last_given_at: datetime | None


def agreement_overview(session: Session, agreement_id: UUID, *, principal: Principal) -> AgreementOverview:
    """
    Raises:
        NotFound, Forbidden: there is no such agreement, or the principal is no operator.
    """
    found = read_agreement(agreement_of(session, agreement_id, principal=principal))
    return _overviews(session, [found])[0]


def agreement_overviews(
    session: Session, paging: PageRequest, *, principal: Principal
) -> Page[AgreementOverview]:
    """The agreements, the newest first."""
    found = agreement_page(session, paging, principal=principal)
    return Page(items=_overviews(session, found.items), next_cursor=found.next_cursor)


def _overviews(session: Session, agreements: Sequence[PartnerAgreementRead]) -> list[AgreementOverview]:
    names = dict(
        session.execute(
            select(Organisation.id, Organisation.name).where(
                Organisation.id.in_({one.organisation_id for one in agreements})
            )
        ).all()
    )
    given = {
        id_: (count, last)
        for id_, count, last in session.execute(
            select(FeedDelivery.agreement_id, func.count(), func.max(FeedDelivery.first_at))
            .where(FeedDelivery.agreement_id.in_([one.id for one in agreements]))
            .group_by(FeedDelivery.agreement_id)
        )
    }
    return [
        AgreementOverview(one, names[one.organisation_id], *given.get(one.id, (0, None)))
        for one in agreements
    ]
