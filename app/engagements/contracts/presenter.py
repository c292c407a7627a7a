"""Contracts as their readers get them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.engagements.contract_models import Contract
from app.engagements.contracts.schemas import ContractRead
from app.engagements.shares.rule import split_amount
from app.libraries.summaries import manager_summaries


def read_many(session: Session, rows: Sequence[Contract]) -> list[ContractRead]:
    """One response per contract, in the given order; the number of queries does not grow with the rows."""
    parties = {id_ for row in rows for id_ in (row.buyer_org_id, row.seller_org_id)}
    organisations = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(parties))
    )
    names = {row.id: row.name for row in organisations}
    managers = manager_summaries(session, [share.manager_id for row in rows for share in row.shares])
    responses = []
    for row in rows:
        response = ContractRead.model_validate(row)
        response.buyer_name, response.seller_name = names[row.buyer_org_id], names[row.seller_org_id]
        amounts = split_amount(row.deal_amount_wan, {share.manager_id: share.percent for share in row.shares})
        for share in response.shares:
            share.manager_name = managers[share.manager_id].name
            share.amount_wan = amounts[share.manager_id]
        responses.append(response)
    return responses
