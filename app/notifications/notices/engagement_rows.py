"""Rows of the table of notices about engagements, their tasks and contracts."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import Engagement, Participant, ParticipantState
from app.events import catalogue as events
from app.notifications.notices import audiences as to
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.models import Notice
from app.notifications.notices.row import NoticeRow

_ENGAGEMENT, _CONTRACT = "/v1/engagements/{engagement_id}", "/v1/contracts/{contract_id}"


def _is_still_invited(session: Session, notice: Notice) -> bool:
    """An owner's first invitation names no participation; it is over with the engagement's answer."""
    id_ = notice.data.get("participant_id")
    one = session.get(Participant, UUID(id_)) if id_ is not None else None
    return id_ is None or (one is not None and one.state == ParticipantState.INVITED)


def _is_still_draft(session: Session, notice: Notice) -> bool:
    contract = session.get(Contract, notice.subject_id)
    return contract is not None and contract.state == ContractState.DRAFT


def _other_than_both_sides(session: Session, event: Any) -> bool:
    """The consent that completes an agreement is notified as the agreement."""
    engagement = session.get(Engagement, event.engagement_id)
    return event.side is None or engagement is None or engagement.agreed_at is None


ENGAGEMENT_ROWS: tuple[NoticeRow, ...] = (
    NoticeRow(
        event=events.EngagementOpened,
        type="engagement.invitation",
        group=Group.INVITATIONS,
        to=to.INVITED_OWNERS,
        zh="一位技术经理人就贵单位的记录发起了对接 {number}，请查看并答复是否同意。",
        en="A manager has opened the engagement {number} about a record of yours. Please consent or decline.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.ParticipantInvited,
        type="participant.invited",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="您受邀作为{role_zh}参与对接 {number}，请查看并答复是否同意。",
        en="You are invited to take part in the engagement {number} as {role_en}. Please consent or decline.",
        path=_ENGAGEMENT,
        still_holds=_is_still_invited,
    ),
    NoticeRow(
        event=events.ParticipantConsented,
        type="participant.consented",
        group=Group.INVITATIONS,
        to=to.INVITER,
        zh="{side_zh}已同意参与对接 {number}。",
        en="In the engagement {number}, {side_en} has consented.",
        path=_ENGAGEMENT,
        applies=_other_than_both_sides,
    ),
    NoticeRow(
        event=events.ParticipantDeclined,
        type="participant.declined",
        group=Group.INVITATIONS,
        to=to.INVITER,
        zh="{side_zh}谢绝参与对接 {number}。",
        en="In the engagement {number}, {side_en} has declined.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.ParticipantLeft,
        type="participant.left",
        group=Group.INVITATIONS,
        to=to.TAKING_PART,
        zh="{side_zh}已退出对接 {number}。",
        en="In the engagement {number}, {side_en} has left.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.EngagementAgreed,
        type="engagement.agreed",
        group=Group.STAGES,
        to=to.AGREED,
        zh="对接 {number} 的供需双方均已同意，可以查看联系方式并开始洽谈。",
        en="Both sides have consented to the engagement {number}; contacts are open.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.EngagementMoved,
        type="engagement.moved",
        group=Group.STAGES,
        to=to.TAKING_PART,
        zh="对接 {number} 由“{from_stage_zh}”进入“{to_stage_zh}”。",
        en="The engagement {number} has moved from {from_stage_en} to {to_stage_en}.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.EngagementEnded,
        type="engagement.ended",
        group=Group.STAGES,
        to=to.EVERYBODY,
        zh="对接 {number} 已终止，原因：{reason_zh}。",
        en="The engagement {number} has ended: {reason_en}.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.TaskAssigned,
        type="task.assigned",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中有一项任务分配给您，截止日期 {due_on_zh}。",
        en="A task of the engagement {number} is assigned to you; it is due on {due_on}.",
        path=_ENGAGEMENT,
    ),
    NoticeRow(
        event=events.TaskDue,
        type="task.due",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中您的一项任务即将到期，截止日期 {due_on_zh}。",
        en="A task of yours in the engagement {number} is due on {due_on}.",
        path=_ENGAGEMENT,
        message=False,
    ),
    NoticeRow(
        event=events.TaskOverdue,
        type="task.overdue",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中您的一项任务已于 {due_on_zh} 到期，尚未完成。",
        en="A task of yours in the engagement {number} was due on {due_on} and is still open.",
        path=_ENGAGEMENT,
        message=False,
    ),
)

CONTRACT_ROWS: tuple[NoticeRow, ...] = (
    NoticeRow(
        event=events.ContractDrafted,
        type="contract.drafted",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已起草，请核对条款；分成由技术经理人确认，之后双方签订。",
        en="The contract {number} is drafted. Please check its terms; managers confirm their shares, then both parties "
        "sign.",
        path=_CONTRACT,
        still_holds=_is_still_draft,
    ),
    NoticeRow(
        event=events.ContractSignatureGiven,
        type="contract.signature_given",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的{side_zh}已签字，尚待{missing_zh}签字。",
        en="The {side_en} has signed the contract {number}; the {missing_en} has still to sign.",
        path=_CONTRACT,
        applies=lambda _, event: bool(event.missing),
    ),
    NoticeRow(
        event=events.ContractSignaturesVoided,
        type="contract.signatures_voided",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的条款在双方签字前有修改，此前的签字已失效，请核对后重新签字。",
        en="The terms of the contract {number} changed before both had signed. Please check them and sign again.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractAmendmentProposed,
        type="contract.amendment_proposed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 有{kind_zh}待各方同意，请查看并答复。原因：{reason}",
        en="{kind_en} of the contract {number} is proposed. Please look at it and answer. Reason: {reason}",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractAmendmentClosed,
        type="contract.amendment_closed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的变更提议{outcome_zh}，合同内容不变。",
        en="The proposed change of the contract {number} was {outcome_en}; the contract stays as it is.",
        path=_CONTRACT,
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
        en="The contract {number} was registered on {registered_on}.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractLanded,
        type="contract.landed",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 的项目落地已于 {landed_on_zh} 确认。",
        en="The landing of the contract {number} was confirmed for {landed_on}.",
        path=_CONTRACT,
    ),
    NoticeRow(
        event=events.ContractCancelled,
        type="contract.cancelled",
        group=Group.CONTRACTS,
        to=to.CONTRACT_PEOPLE,
        zh="合同 {number} 已撤销，原因：{reason_zh}。",
        en="The contract {number} was cancelled: {reason_en}.",
        path=_CONTRACT,
    ),
)
