"""Rows of the table of notices about engagements and their tasks."""

from typing import Any

from sqlalchemy.orm import Session

from app.engagements.models import Engagement, Stage
from app.events import catalogue as events
from app.notifications.notices import audiences as to
from app.notifications.notices.conditions import beginnings
from app.notifications.notices.conditions import engagements as still
from app.notifications.notices.conditions.beginnings import after
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.row import NoticeRow

_ENGAGEMENT = "/v1/engagements/{engagement_id}"
_REVIEW = "/v1/engagement-reviews/{subject_id}"


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
        still_holds=still.is_invited,
    ),
    NoticeRow(
        event=events.ParticipantInvited,
        type="participant.invited",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="您受邀作为{role_zh}参与对接 {number}，请查看并答复是否同意。",
        en="You are invited to take part in the engagement {number} as {role_en}. Please consent or decline.",
        path=_ENGAGEMENT,
        applies=lambda _, event: not event.anew,
        still_holds=still.is_invited,
    ),
    NoticeRow(
        event=events.ParticipantInvited,
        type="participant.invited_anew",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="请重新答复对接 {number} 的邀请，又有一名技术经理人加入，贵单位匿名发布的记录将向其开放，您此前的同"
        "意因此不再有效。请在对接页面点击“同意参与”，不同意的请点击“谢绝”。",
        en="Please answer the invitation to the engagement {number} again. Another manager has joined, to "
        "whom your confidential record would open, so that your earlier consent holds no longer. Consent on "
        "the page of the engagement, or decline.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.anew,
        still_holds=still.is_invited,
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
    # Without a word of what was looked at: it may tell who a hidden owner is.
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.consent_in_force",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="主管部门对对接 {number} 的核查已通过，您此前的同意已生效。",
        en="The bureau has cleared the engagement {number}; your consent counts now.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "consented",
    ),
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.asked_again",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="请重新答复对接 {number} 的邀请，主管部门的核查已结束，但您此前的同意在生效时已不符合条件（如在办对"
        "接已达上限），因而未生效。请在对接页面查看，条件具备后重新点击“同意参与”，不参与的请点击“谢绝”。",
        en="Please answer the invitation to the engagement {number} again. The bureau's review is over, but "
        "when your consent was to take effect, a rule refused it, such as the limit of your open engagements. "
        "Consent once more on the page of the engagement when you can, or decline.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "asked",
        still_holds=still.is_invited,
    ),
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.colleague_asked",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="请重新答复对接 {number} 的邀请，主管部门的核查已结束，但此前代为同意的人员已不能再作答复，该同意因"
        "而未生效。请在对接页面查看，参与的点击“同意参与”，不参与的点击“谢绝”。",
        en="Please answer the invitation to the engagement {number} again. The bureau's review is over, but "
        "the person who consented for you may no longer answer, so that this consent does not count. Consent "
        "on the page of the engagement, or decline.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "colleague_asked",
        still_holds=still.is_invited,
    ),
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.should_decline",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="主管部门核查后认为您不宜参与对接 {number}，请谢绝邀请；如有疑问，请联系主管部门。",
        en="The bureau has reviewed the engagement {number}: you should not take part. Please decline, or "
        "contact the bureau if you have questions.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "confirmed",
        still_holds=still.is_invited,
    ),
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.should_leave",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="主管部门核查后认为您不宜继续参与对接 {number}，请退出；您牵头的，请终止对接。如有疑问，请联系主管部门。",
        en="The bureau has reviewed the engagement {number}: you should not take part any longer. Please "
        "leave it, or end it if you are the lead. Contact the bureau if you have questions.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "leave",
        still_holds=still.takes_part,
    ),
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.may_take_part",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="请答复对接 {number} 的邀请，主管部门此前认为您不宜参与，现已撤销该认定，您可以参与。此前已同意的，"
        "该同意当时未生效，也不会自动恢复：请在对接页面点击“同意参与”，不参与的请点击“谢绝”。",
        en="Please answer the invitation to the engagement {number}. The bureau had found that you should not "
        "take part, and has withdrawn this finding: you may. A consent that you gave before did not take "
        "effect and does not come back by itself. Consent on the page of the engagement, or decline.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "cleared",
        still_holds=still.is_invited,
    ),
    NoticeRow(
        event=events.ParticipantReviewEnded,
        type="participant.may_stay",
        group=Group.INVITATIONS,
        to=to.PARTICIPANT,
        zh="您可以继续参与对接 {number}，主管部门此前认为您应退出，现已撤销该认定，您无需办理。",
        en="You may go on with the engagement {number}: the bureau had found that you should leave it, and "
        "has withdrawn this finding. There is nothing for you to do.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.verdict == "stays",
        still_holds=still.takes_part,
        heard=after("participant.should_leave", key="participant_id"),
    ),
    NoticeRow(
        event=events.EngagementReviewOpened,
        type="engagement.to_review",
        group=Group.INVITATIONS,
        to=to.OPERATORS,
        zh="对接 {number} 有一方的同意待核查，可能存在利益或回避关系。",
        en="In the engagement {number} a consent has to wait: there may be a conflict of interest. Please "
        "look at it.",
        path=_REVIEW,
        still_holds=still.review_is_open,
    ),
    NoticeRow(
        event=events.EngagementReviewOverdue,
        type="engagement.review_overdue",
        group=Group.INVITATIONS,
        to=to.OPERATORS,
        zh="对接 {number} 待核查已久，仍有一方不能同意，请尽快核查。",
        en="The engagement {number} still waits for the review of a possible conflict of interest.",
        path=_REVIEW,
        still_holds=still.review_is_open,
    ),
    NoticeRow(
        event=events.EngagementAgreed,
        type="engagement.agreed",
        group=Group.STAGES,
        to=to.AGREED,
        zh="对接 {number} 的供需双方均已同意，可以查看联系方式并开始洽谈{undertaking_zh}。",
        en="Both sides have consented to the engagement {number}; contacts are open{undertaking_en}.",
        path=_ENGAGEMENT,
        still_holds=still.engagement_is_open,
    ),
    NoticeRow(
        event=events.ParticipantAdmitted,
        type=events.ParticipantAdmitted.name,
        group=Group.STAGES,
        to=to.PARTICIPANT,
        zh="供需双方已向您开放对接 {number} 的文件，可以查看{undertaking_zh}。",
        en="Both sides have opened the files of the engagement {number} to you{undertaking_en}.",
        path=_ENGAGEMENT,
        still_holds=still.takes_part,
    ),
    NoticeRow(
        event=events.EngagementMoved,
        type="engagement.moved",
        group=Group.STAGES,
        to=to.TAKING_PART,
        zh="对接 {number} 由“{from_stage_zh}”进入“{to_stage_zh}”。",
        en="The engagement {number} has moved from {from_stage_en} to {to_stage_en}.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.from_stage != Stage.ENDED,
        still_holds=still.is_news_beside_the_contract,
    ),
    NoticeRow(
        event=events.EngagementMoved,
        type="engagement.restored",
        group=Group.STAGES,
        to=to.EVERYBODY,
        zh="需求或成果已重新发布，对接 {number} 自“{to_stage_zh}”继续；尚未答复邀请的，请查看并答复。",
        en="The record is published again, and the engagement {number} goes on as {to_stage_en}. If you have "
        "not answered your invitation, please do.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.from_stage == Stage.ENDED,
        still_holds=still.engagement_is_open,
    ),
    NoticeRow(
        event=events.SharesProposed,
        type="engagement.shares_proposed",
        group=Group.STAGES,
        to=to.LISTED_MANAGERS,
        zh="对接 {number} 的牵头技术经理人提出了分成，请查看并确认您的份额。",
        en="The lead of the engagement {number} has proposed the shares. Please look at yours and confirm it.",
        path=_ENGAGEMENT,
        still_holds=still.awaits_own_share,
    ),
    NoticeRow(
        event=events.EngagementEnded,
        type="engagement.ended",
        group=Group.STAGES,
        to=to.EVERYBODY,
        zh="对接 {number} 已终止，原因：{reason_zh}。",
        en="The engagement {number} has ended: {reason_en}.",
        path=_ENGAGEMENT,
        heard=after(
            "engagement.invitation",
            "participant.invited",
            "participant.invited_anew",
            key="engagement_id",
            knows=beginnings.takes_part,
        ),
    ),
    NoticeRow(
        event=events.TaskAssigned,
        type="task.assigned",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中有一项任务分配给您，截止日期 {due_on_zh}。",
        en="A task of the engagement {number} is assigned to you; it is due on {due_on_en}.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.due_before is None,
        still_holds=still.task_is_theirs,
    ),
    NoticeRow(
        event=events.TaskAssigned,
        type="task.rescheduled",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中您的一项任务的截止日期已改为 {due_on_zh}，原为 {due_before_zh}。",
        en="A task of yours in the engagement {number} is due on {due_on_en} now; it was due on {due_before_en}.",
        path=_ENGAGEMENT,
        applies=lambda _, event: event.due_before is not None,
        still_holds=still.task_is_theirs,
    ),
    NoticeRow(
        event=events.TaskDue,
        type="task.due",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中您的一项任务即将到期，截止日期 {due_on_zh}。",
        en="A task of yours in the engagement {number} is due on {due_on_en}.",
        path=_ENGAGEMENT,
        message=False,
    ),
    NoticeRow(
        event=events.TaskOverdue,
        type="task.overdue",
        group=Group.TASKS,
        to=to.ASSIGNEE,
        zh="对接 {number} 中您的一项任务已于 {due_on_zh} 到期，尚未完成。",
        en="A task of yours in the engagement {number} was due on {due_on_en} and is still open.",
        path=_ENGAGEMENT,
        message=False,
    ),
)
