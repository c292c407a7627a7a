"""Contracts as their readers get them: with signatures, the pending amendment, and the consents they need."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.engagements.contract_models import (
    AmendmentState,
    Contract,
    ContractAmendment,
    ContractSide,
    ContractSignature,
    ContractVersion,
)
from app.engagements.contracts.ledger.origin import from_ledger
from app.engagements.contracts.schemas import (
    AmendmentRead,
    Awaited,
    ConsentRead,
    ContractRead,
    ContractVersionRead,
    SignatureRead,
)
from app.engagements.models import Engagement
from app.engagements.shares.rule import split_amount
from app.libraries.summaries import manager_summaries

_HIDDEN = {
    "signatures",
    "amendment",
    "consents",
    "outside_engagement",
    "signed_by_both",
    "from_ledger",
    "state",
}
_OWN_FIELDS = [name for name in ContractRead.model_fields if name not in _HIDDEN]


def read_many(session: Session, rows: Sequence[Contract]) -> list[ContractRead]:
    """One response per contract, in the given order; the number of queries does not grow with the rows."""
    around = _Surroundings(session, rows)
    return [around.read(row) for row in rows]


class _Surroundings:
    """What the responses need beside the contracts: parties, managers, engagements, signatures and amendments."""

    def __init__(self, session: Session, rows: Sequence[Contract]) -> None:
        ids = [row.id for row in rows]
        self.signatures: dict[tuple[UUID, UUID | None], list[ContractSignature]] = {}
        named = {id_ for row in rows for id_ in (row.buyer_org_id, row.seller_org_id)}
        for signature in session.scalars(
            select(ContractSignature)
            .where(ContractSignature.contract_id.in_(ids), ContractSignature.void_at.is_(None))
            .order_by(ContractSignature.signed_at)
        ):
            key = (signature.contract_id, signature.amendment_id)
            self.signatures.setdefault(key, []).append(signature)
            # No party any more where a merge, during which it signed, was undone.
            named.add(signature.organisation_id)
        self.organisations = _by_id(session.scalars(select(Organisation).where(Organisation.id.in_(named))))
        self.engagements = {
            engagement.id: engagement
            for engagement in session.scalars(
                select(Engagement).where(
                    Engagement.id.in_([row.engagement_id for row in rows if row.engagement_id is not None])
                )
            )
        }
        self.amendments = {
            amendment.contract_id: amendment
            for amendment in session.scalars(
                select(ContractAmendment)
                .where(
                    ContractAmendment.contract_id.in_(ids),
                    ContractAmendment.state == AmendmentState.PENDING,
                )
                .execution_options(populate_existing=True)
            )
        }
        self.from_ledger = from_ledger(session, ids)
        shares = [share.manager_id for row in rows for share in row.shares]
        touched = [share.manager_id for row in self.amendments.values() for share in row.shares]
        self.managers = manager_summaries(session, [*shares, *touched])

    def read(self, row: Contract) -> ContractRead:
        response = ContractRead.model_validate(
            {
                **{name: getattr(row, name, None) for name in _OWN_FIELDS},
                "state": row.shown_state,
                "outside_engagement": row.engagement_id is None,
                "signed_by_both": {one.side for one in self.signatures.get((row.id, None), ())}
                == {side.value for side in ContractSide},
                "from_ledger": row.id in self.from_ledger,
            }
        )
        response.buyer_name = self.organisations[row.buyer_org_id].name
        response.seller_name = self.organisations[row.seller_org_id].name
        amounts = split_amount(row.deal_amount_wan, {share.manager_id: share.percent for share in row.shares})
        for share in response.shares:
            share.manager_name = self.managers[share.manager_id].name
            share.amount_wan = amounts[share.manager_id]
        response.signatures = self._signatures(row.id, None)
        response.amendment = self._amendment(row)
        response.consents = [*self._of_parties(row, response.signatures), *self._of_managers(response)]
        response.consents.append(self._of_engagement(row))
        return response

    def _signatures(self, contract_id: UUID, amendment_id: UUID | None) -> list[SignatureRead]:
        found = []
        for signature in self.signatures.get((contract_id, amendment_id), ()):
            read = SignatureRead.model_validate(signature)
            read.organisation_name = self.organisations[signature.organisation_id].name
            found.append(read)
        return found

    def _amendment(self, contract: Contract) -> AmendmentRead | None:
        row = self.amendments.get(contract.id)
        if row is None:
            return None
        read = AmendmentRead.model_validate({name: getattr(row, name) for name in _AMENDMENT_FIELDS})
        read.signatures = self._signatures(contract.id, row.id)
        signed = {signature.side for signature in read.signatures}
        read.missing = [side for side in ContractSide if side not in signed]
        for share in read.shares:
            share.manager_name = self.managers[share.manager_id].name
        read.waits_for = self._awaited(contract, read)
        read.status_zh, read.status_en = _status(read)
        return read

    def _awaited(self, contract: Contract, amendment: AmendmentRead) -> list[Awaited]:
        parties = {ContractSide.BUYER: contract.buyer_org_id, ContractSide.SELLER: contract.seller_org_id}
        return [
            *(
                Awaited(of=side.value, id=parties[side], name=self.organisations[parties[side]].name)
                for side in amendment.missing
            ),
            *(
                Awaited(of="manager", id=share.manager_id, name=share.manager_name)
                for share in amendment.shares
                if share.consented_at is None
            ),
        ]

    def _of_parties(self, row: Contract, signatures: Sequence[SignatureRead]) -> Iterable[ConsentRead]:
        by_side = {signature.side: signature for signature in signatures}
        for side, party_id in (
            (ContractSide.BUYER, row.buyer_org_id),
            (ContractSide.SELLER, row.seller_org_id),
        ):
            organisation, signature = self.organisations[party_id], by_side.get(side)
            state = "missing"
            if signature is not None:
                state = "recorded_by_bureau" if signature.by_bureau else "given"
            yield ConsentRead(
                of=side.value,
                id=party_id,
                name=organisation.name,
                state=state,
                verified=organisation.trusted,
                at=signature.signed_at if signature is not None else None,
            )

    @staticmethod
    def _of_managers(response: ContractRead) -> Iterable[ConsentRead]:
        for share in response.shares:
            yield ConsentRead(
                of="manager",
                id=share.manager_id,
                name=share.manager_name,
                state="missing" if share.confirmed_at is None else "given",
                at=share.confirmed_at,
            )

    def _of_engagement(self, row: Contract) -> ConsentRead:
        engagement = self.engagements.get(row.engagement_id) if row.engagement_id is not None else None
        if engagement is None:
            return ConsentRead(of="engagement", state="none")
        return ConsentRead(
            of="engagement",
            id=engagement.id,
            name=engagement.number,
            state="missing" if engagement.agreed_at is None else "given",
            at=engagement.agreed_at,
        )


_DERIVED = {"signatures", "missing", "waits_for", "status_zh", "status_en"}
_AMENDMENT_FIELDS = [name for name in AmendmentRead.model_fields if name not in _DERIVED]
_SIDES = {"buyer": ("买方", "buyer"), "seller": ("卖方", "seller"), "manager": ("技术经理人", "manager")}


def _status(amendment: AmendmentRead) -> tuple[str, str]:
    """What was proposed, whom it waits for, and that the contract holds until then."""
    names_zh = "、".join(f"{one.name}（{_SIDES[one.of][0]}）" for one in amendment.waits_for)
    names_en = ", ".join(f"{one.name} ({_SIDES[one.of][1]})" for one in amendment.waits_for)
    what_zh, what_en = ("解除", "cancellation") if amendment.kind == "cancel" else ("变更", "amendment")
    return (
        f"{what_zh}已提出，尚待{names_zh}签署或同意；此前合同按原条款有效。",
        f"The {what_en} is proposed and waits for {names_en}; until then the contract is in force as it was.",
    )


def read_versions(session: Session, rows: Sequence[ContractVersion]) -> list[ContractVersionRead]:
    """The versions with the names of the organisations and managers who wrote them; no names of persons else."""
    managers = manager_summaries(
        session, [row.author_id for row in rows if row.author_id is not None and row.author_role == "manager"]
    )
    parties = {row.author_id for row in rows if row.author_id is not None and row.author_role != "manager"}
    organisations = _by_id(session.scalars(select(Organisation).where(Organisation.id.in_(parties))))
    responses = []
    for row in rows:
        response = ContractVersionRead.model_validate(row)
        if row.author_id in managers:
            response.author_name = managers[row.author_id].name
        elif row.author_id in organisations:
            response.author_name = organisations[row.author_id].name
        responses.append(response)
    return responses


def _by_id(rows: Iterable[Organisation]) -> dict[UUID, Organisation]:
    return {row.id: row for row in rows}
