"""Rows of the table of notices about contracts."""

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.notifications.notices import audiences as to
from app.notifications.notices.conditions import beginnings
from app.notifications.notices.conditions import engagements as still
from app.notifications.notices.conditions.beginnings import after
from app.notifications.notices.conditions.reviews import not_followed_by
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.models import Notice
from app.notifications.notices.row import NoticeRow

_CONTRACT = "/v1/contracts/{contract_id}"

_OF_CONTRACT = after(
    "contract.drafted",
    "contract.redrafted",
    "contract.ready",
    "contract.signature_given",
    "contract.signatures_voided",
    "contract.signed",
    key="contract_id",
    knows=beginnings.has_worked_on_contract,
)


def _is_latest_draft(session: Session, notice: Notice) -> bool:
    """It is a draft still, and has not been changed once more: one message says it."""
    return still.is_draft(session, notice) and not_followed_by(events.ContractRedrafted)(session, notice)


CONTRACT_ROWS: tuple[NoticeRow, ...] = (
    NoticeRow(
        event=events.ContractDrafted,
        type="contract.drafted",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已起草，请核对条款；技术经理人确认全部分成后（已确认的，现即可）由双方签字。",
        en="The contract {number} is drafted. Please check its terms; both parties sign once the managers have "
        "confirmed their shares, or now if they have.",
        path=_CONTRACT,
        still_holds=still.is_draft,
    ),
    NoticeRow(
        event=events.ContractRedrafted,
        type="contract.redrafted",
        group=Group.CONTRACTS,
        to=to.ASKED_BY_DRAFT,
        zh="合同 {number} 的草稿已修改，请核对条款；有分成待您确认的，请一并确认。",
        en="The draft of the contract {number} has changed. Please check its terms, and confirm your share if it waits "
        "for you.",
        path=_CONTRACT,
        still_holds=_is_latest_draft,
    ),
    NoticeRow(
        event=events.ContractDropped,
        type="contract.dropped",
        group=Group.CONTRACTS,
        to=to.DROPPED_FROM_DRAFT,
        zh="合同 {number} 的草稿已修改，不再涉及您或贵单位，无需再办理。",
        en="The draft of the contract {number} has changed. It does not concern you or your organisation any more, and "
        "nothing is left for you to do.",
        path="/v1/contracts",
        still_holds=still.is_not_named,
        heard=_OF_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractReady,
        type="contract.ready",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PARTIES,
        zh="合同 {number} 的分成已由技术经理人全部确认，请双方核对条款并签字。",
        en="All managers have confirmed their shares of the contract {number}. Please check its terms and sign it.",
        path=_CONTRACT,
        still_holds=still.awaits_signatures,
    ),
    NoticeRow(
        event=events.ContractSignatureGiven,
        type="contract.signature_given",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的{side_zh}已签字{of_zh}，尚待{missing_zh}签字。",
        en="The {side_en} has signed {of_en}the contract {number}; the {missing_en} has still to sign.",
        path=_CONTRACT,
        applies=lambda _, event: bool(event.missing),
        still_holds=still.lacks_signature,
    ),
    NoticeRow(
        event=events.ContractSignaturesVoided,
        type="contract.signatures_voided",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的条款在双方签字前有修改，此前的签字已失效，请核对后重新签字。",
        en="The terms of the contract {number} changed before both had signed. Please check them and sign again.",
        path=_CONTRACT,
        still_holds=still.is_draft,
    ),
    NoticeRow(
        event=events.ContractAmendmentProposed,
        type="contract.amendment_proposed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 有{kind_zh}待各方同意，请查看并答复。",
        en="{kind_en} of the contract {number} is proposed. Please look at it and answer.",
        remark_zh="原因：{reason}",
        remark_en=" Reason: {reason}",
        path=_CONTRACT,
        still_holds=still.amendment_is_pending,
    ),
    NoticeRow(
        event=events.ContractAmendmentClosed,
        type="contract.amendment_closed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的{proposal_zh}{outcome_zh}，合同内容不变。",
        en="The proposed {proposal_en} of the contract {number} was {outcome_en}; the contract stays as it is.",
        path=_CONTRACT,
        heard=after(
            "contract.amendment_proposed", key="amendment_id", knows=beginnings.has_answered_amendment
        ),
    ),
    NoticeRow(
        event=events.ContractSigned,
        type="contract.signed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已签订。",
        en="The contract {number} is signed.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractSigned,
        type="contract.to_register",
        group=Group.CONTRACTS,
        to=to.OPERATORS,
        zh="合同 {number} 已签订，待认定登记。",
        en="The contract {number} is signed and waits for registration.",
        path=_CONTRACT,
        still_holds=still.awaits_registration,
    ),
    NoticeRow(
        event=events.ContractAmended,
        type="contract.amended",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已变更，请查看变更内容。",
        en="The contract {number} has been amended. Please look at the changes.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractRegistered,
        type="contract.registered",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已于 {registered_on_zh} 完成技术合同认定登记。",
        en="The contract {number} was registered on {registered_on_en}.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractLanded,
        type="contract.landed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的项目已确认落地，落地日期 {landed_on_zh}。",
        en="The bureau has confirmed that the project of the contract {number} landed on {landed_on_en}.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractCancelled,
        type="contract.cancelled",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已撤销。",
        en="The contract {number} was cancelled.",
        remark_zh="原因：{reason_zh}",
        remark_en=" Reason: {reason_en}",
        path=_CONTRACT,
        heard=_OF_CONTRACT,
    ),
)
