"""Technology contracts for tests, written as they stand after signing, registration and landing."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import new_id, now
from app.engagements.contract_models import Contract, ContractShare, ContractState

_numbers = count(1)


def make_contract(
    session: Session,
    shares: Mapping[UUID, str | Decimal],
    *,
    deal: str | Decimal = "100.00",
    technology: str | Decimal | None = None,
    signed_on: date | None = date(2026, 3, 1),
    registered_on: date | None = date(2026, 4, 1),
    landed_on: date | None = None,
    landed_in_jinan: bool | None = None,
    state: ContractState | None = None,
    confirmed: bool = True,
    buyer: Organisation | None = None,
    seller: Organisation | None = None,
    engagement_id: UUID | None = None,
) -> Contract:
    """`shares`: manager → percent. The state follows from the days unless one is given."""
    number = next(_numbers)
    buyer = buyer or _party(session, f"受让方{number}")
    seller = seller or _party(session, f"出让方{number}")
    followed = ContractState.REGISTERED if registered_on else ContractState.SIGNED
    contract = Contract(
        id=new_id(),
        number=f"HT-TEST-{number:06d}",
        engagement_id=engagement_id,
        kind="development",
        title=f"技术开发合同{number}",
        buyer_org_id=buyer.id,
        seller_org_id=seller.id,
        deal_amount_wan=Decimal(deal),
        technology_amount_wan=Decimal(deal if technology is None else technology),
        signed_on=signed_on,
        agreed_at=now() if signed_on else None,
        registration_no=f"2026370100{number:06d}" if registered_on else None,
        registered_on=registered_on,
        landed_on=landed_on,
        landed_in_jinan=landed_on is not None if landed_in_jinan is None else landed_in_jinan,
        state=(state or (followed if signed_on else ContractState.DRAFT)).value,
    )
    contract.shares = [
        ContractShare(manager_id=manager_id, percent=Decimal(percent), confirmed_at=_confirmed(confirmed))
        for manager_id, percent in shares.items()
    ]
    session.add(contract)
    session.flush()
    return contract


def _confirmed(confirmed: bool) -> datetime | None:
    return now() if confirmed else None


def _party(session: Session, name: str) -> Organisation:
    """Without the checks of the service: most tests need two parties and nothing of them."""
    row = Organisation(name=name, kind="enterprise", region="370102")
    session.add(row)
    session.flush()
    return row
