"""Rows of the table of notices about filings, certificates, recognition and objections."""

from typing import Any

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.events.domain_event import DomainEvent
from app.notifications.notices import audiences as to
from app.notifications.notices.audiences import NoticeAudience
from app.notifications.notices.conditions.beginnings import Heard, after
from app.notifications.notices.conditions.reviews import (
    Condition,
    accepts_objections,
    is_in_doubt,
    is_latest_decision,
    is_open_objection,
    is_unanswered_employer,
    not_followed_by,
)
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.row import NoticeRow

NEW_YEAR = "year.turned"
"""The cause of a tier that changed because another year began (`talent.tiers`)."""

_UNCHANGED = not_followed_by(events.FilingChanged)


def _filing(
    move: str,
    zh: str,
    en: str,
    audience: NoticeAudience = to.MANAGER,
    *,
    still_holds: Condition | None = None,
    heard: Heard | None = None,
) -> NoticeRow:
    def applies(_: Session, event: Any) -> bool:
        return bool(event.move == move)

    return NoticeRow(
        event=events.FilingChanged,
        type=f"filing.{move}",
        group=Group.FILINGS,
        to=audience,
        zh=zh,
        en=en,
        path="/v1/filings/{subject_id}",
        applies=applies,
        still_holds=still_holds,
        heard=heard,
    )


def _certificate(
    event: type[DomainEvent],
    zh: str,
    en: str,
    audience: NoticeAudience = to.MANAGER,
    *,
    still_holds: Condition | None = None,
) -> NoticeRow:
    return NoticeRow(
        event=event,
        type=event.name,
        group=Group.CERTIFICATES,
        to=audience,
        zh=zh,
        en=en,
        path="/v1/certificates/{subject_id}",
        still_holds=still_holds,
    )


def _training(
    state: str,
    zh: str,
    en: str,
    audience: NoticeAudience = to.MANAGER,
    *,
    still_holds: Condition | None = None,
) -> NoticeRow:
    def applies(_: Session, event: Any) -> bool:
        return bool(event.state == state)

    return NoticeRow(
        event=events.TrainingChanged,
        type=f"training.{state}",
        group=Group.CERTIFICATES,
        to=audience,
        zh=zh,
        en=en,
        path="/v1/trainings/{subject_id}",
        applies=applies,
        still_holds=still_holds,
    )


FILING_ROWS: tuple[NoticeRow, ...] = (
    _filing(
        "submit",
        "技术经理人 {manager} 的备案申请待审核。",
        "The filing of the manager {manager} waits for review.",
        to.OPERATORS,
        still_holds=_UNCHANGED,
    ),
    _filing(
        "renew",
        "技术经理人 {manager} 的备案{filing_zh}续期申请待审核。",
        "The renewal of the filing{filing_en} of the manager {manager} waits for review.",
        to.OPERATORS,
        still_holds=_UNCHANGED,
    ),
    _filing(
        "withdraw",
        "技术经理人 {manager} 的备案申请已由申请人撤回。",
        "The manager {manager} has taken back their filing.",
        to.OPERATORS,
        heard=after("filing.submit"),
    ),
    _filing(
        "approve", "您的备案申请{filing_zh}已批准。", "Your filing is approved; its number is{filing_en}."
    ),
    _filing(
        "return",
        "您的备案申请被退回，请查看审核意见，修改后重新提交。",
        "Your filing was returned. Please read the review note, correct it and submit it again.",
        still_holds=_UNCHANGED,
    ),
    _filing(
        "approve_renewal",
        "您的备案{filing_zh}续期申请已批准。",
        "The renewal of your filing{filing_en} is approved.",
    ),
    _filing(
        "return_renewal",
        "您的备案{filing_zh}续期申请被退回，请查看审核意见。",
        "The renewal of your filing{filing_en} was returned. Please read the review note.",
    ),
    _filing(
        "suspend",
        "您的备案{filing_zh}已被暂停，请查看原因。",
        "Your filing{filing_en} is suspended. Please read the reason.",
    ),
    _filing("resume", "您的备案{filing_zh}已恢复。", "Your filing{filing_en} is in force again."),
    _filing("cancel", "您的备案{filing_zh}已注销。", "Your filing{filing_en} is cancelled."),
    _filing(
        "expire",
        "您的备案{filing_zh}已到期，如需继续请申请续期。",
        "Your filing{filing_en} has expired. Renew it if you wish to go on.",
        still_holds=_UNCHANGED,
    ),
    NoticeRow(
        event=events.FilingEnding,
        type=events.FilingEnding.name,
        group=Group.FILINGS,
        to=to.MANAGER,
        zh="您的备案 {filing_number} 将于 {valid_to_zh} 到期，如需继续请在此之前申请续期。",
        en="Your filing {filing_number} ends on {valid_to_en}. Renew it before if you wish to go on.",
        path="/v1/filings/{subject_id}",
        still_holds=_UNCHANGED,
    ),
)

CERTIFICATE_ROWS: tuple[NoticeRow, ...] = (
    _certificate(
        events.CertificateSubmitted,
        "技术经理人 {manager} 的{level_zh}证书待审核。",
        "A certificate ({level_en}) of the manager {manager} waits for review.",
        to.OPERATORS,
        still_holds=not_followed_by(events.CertificateVerified, events.CertificateRejected),
    ),
    _certificate(
        events.CertificateVerified,
        "您的{level_zh}证书{certificate_zh}已通过审核。",
        "Your certificate ({level_en}{certificate_en}) is verified.",
    ),
    _certificate(
        events.CertificateRejected,
        "您的{level_zh}证书{certificate_zh}未通过审核，请查看审核意见。",
        "Your certificate ({level_en}{certificate_en}) was rejected. Please read the review note.",
    ),
    _certificate(
        events.CertificateRevoked,
        "您的{level_zh}证书{certificate_zh}的审核结论已撤销，请查看原因。",
        "The verification of your certificate ({level_en}{certificate_en}) was revoked. Please read the reason.",
    ),
    _certificate(
        events.CertificateExpired,
        "您的{level_zh}证书{certificate_zh}已过有效期。",
        "Your certificate ({level_en}{certificate_en}) has expired.",
    ),
    # The course last: a subject ends with the first clause, and its title may hold commas.
    _training(
        "submitted",
        "技术经理人 {manager} 的培训记录待核验：{course_zh}。",
        "A training of the manager {manager} waits for review: {course_en}.",
        to.REVIEWERS_OF_TRAINING,
        still_holds=not_followed_by(events.TrainingChanged),
    ),
    _training("verified", "您的培训记录已通过核验：{course_zh}。", "Your training is verified: {course_en}."),
    _training(
        "rejected",
        "您的培训记录未通过核验：{course_zh}，请查看意见。",
        "Your training was rejected: {course_en}. Please read the review note.",
    ),
    NoticeRow(
        event=events.AffiliationAnswered,
        type="affiliation.given",
        group=Group.CERTIFICATES,
        to=to.SUBJECT_MANAGER,
        zh="您填报的一家任职单位已同意。",
        en="An organisation has confirmed that you work for it.",
        path="/v1/managers/{subject_id}",
        applies=lambda _, event: event.state == "given",
    ),
    NoticeRow(
        event=events.AffiliationAnswered,
        type="affiliation.refused",
        group=Group.CERTIFICATES,
        to=to.SUBJECT_MANAGER,
        zh="您填报的一家任职单位未予同意。",
        en="An organisation has not confirmed that you work for it.",
        path="/v1/managers/{subject_id}",
        applies=lambda _, event: event.state == "refused",
    ),
    NoticeRow(
        event=events.ManagerPublished,
        type="affiliation.asked",
        group=Group.CERTIFICATES,
        to=to.SECONDARY_EMPLOYERS,
        zh="技术经理人 {number} 填报在贵单位任职，请答复是否同意。",
        en="The manager {number} states that they also work for you. Please confirm or refuse.",
        path="/v1/affiliations",
        once=True,
        still_holds=is_unanswered_employer,
    ),
    NoticeRow(
        event=events.ManagerChanged,
        type="affiliation.asked",
        group=Group.CERTIFICATES,
        to=to.SECONDARY_EMPLOYERS,
        zh="技术经理人 {number} 填报在贵单位任职，请答复是否同意。",
        en="The manager {number} states that they also work for you. Please confirm or refuse.",
        path="/v1/affiliations",
        once=True,
        still_holds=is_unanswered_employer,
    ),
)


RECOGNITION_ROWS: tuple[NoticeRow, ...] = (
    NoticeRow(
        event=events.TierChanged,
        type="tier.changed",
        group=Group.RECOGNITION,
        to=to.SUBJECT_MANAGER,
        zh="您 {year} 年度的人才类别测算结果有变化，请查看。",
        en="Your computed tier of {year} has changed.",
        path="/v1/managers/{subject_id}/tier",
        applies=lambda _, event: event.cause != NEW_YEAR,
    ),
    NoticeRow(
        event=events.TierChanged,
        type="tier.changed",
        group=Group.RECOGNITION,
        to=to.SUBJECT_MANAGER,
        zh="您的人才类别已按 {year} 年度重新测算，依据为新年度的合同和证书，请查看；此前年度的认定不受影响。",
        en="With the year {year} your tier is computed from the contracts and certificates of this year. Recognitions "
        "of earlier years stay.",
        path="/v1/managers/{subject_id}/tier",
        applies=lambda _, event: event.cause == NEW_YEAR,
    ),
    NoticeRow(
        event=events.RecognitionFrozen,
        type="recognition.frozen",
        group=Group.RECOGNITION,
        to=to.LISTED_MANAGERS,
        zh="{year} 年度人才认定结果可以查看；如有异议，请在公布前提出。",
        en="Your result of the recognition of {year} can be seen. You may object to it until it is published.",
        path="/v1/recognition-rounds/{subject_id}/entries",
        still_holds=accepts_objections,
    ),
    NoticeRow(
        event=events.RecognitionDecided,
        type="recognition.decided",
        group=Group.RECOGNITION,
        to=to.MANAGER,
        zh="您在 {year} 年度人才认定中的结果已由主管部门审定或更正，请查看；如有异议，请在公布前提出。",
        en="The bureau has decided or corrected your result of the recognition of {year}. You may object to it until "
        "it is published.",
        path="/v1/recognition-rounds/{round_id}/entries",
        still_holds=is_latest_decision,
    ),
    NoticeRow(
        event=events.RecognitionReopened,
        type="recognition.reopened",
        group=Group.RECOGNITION,
        to=to.LISTED_MANAGERS,
        zh="{year} 年度人才认定已重新开放，此前的结果和异议不再有效；有新的结果时将另行通知。",
        en="The recognition of {year} is open again: its results and objections hold no longer. New ones follow.",
        remark_zh="原因：{reason}",
        remark_en=" Reason: {reason}",
        path="/v1/recognition-rounds/{subject_id}/entries",
    ),
    NoticeRow(
        event=events.RecognitionCancelled,
        type="recognition.cancelled",
        group=Group.RECOGNITION,
        to=to.LISTED_MANAGERS,
        zh="{year} 年度人才认定已取消，此前的结果和异议不再有效。",
        en="The recognition of {year} was cancelled: its results and objections hold no longer.",
        remark_zh="原因：{reason}",
        remark_en=" Reason: {reason}",
        path="/v1/recognition-rounds/{subject_id}/entries",
    ),
    NoticeRow(
        event=events.RecognitionPublished,
        type="recognition.published",
        group=Group.RECOGNITION,
        to=to.LISTED_MANAGERS,
        zh="{year} 年度人才认定结果已公布，请查看您的结果。",
        en="The recognition of {year} is published. Please look at your result.",
        path="/v1/recognition-rounds/{subject_id}/entries",
    ),
    NoticeRow(
        event=events.RecognitionDoubted,
        type="recognition.doubted",
        group=Group.OBJECTIONS,
        to=to.OPERATORS,
        zh="技术经理人 {number} 的 {year} 年度人才认定待复核，所依据的{basis_zh}，请确定是否维持。",
        en="In the recognition of {year}, {basis_en} on which the tier of the manager {number} rests. Please decide "
        "whether it holds.",
        path="/v1/recognition-rounds/{round_id}/entries",
        still_holds=is_in_doubt,
    ),
    NoticeRow(
        event=events.RecognitionWithdrawn,
        type="recognition.withdrawn",
        group=Group.RECOGNITION,
        to=to.MANAGER,
        zh="您 {year} 年度的人才认定已由主管部门撤销，请查看理由。",
        en="The bureau has withdrawn your recognition of {year}. Please read the reason.",
        path="/v1/recognition-rounds/{round_id}/entries",
    ),
    NoticeRow(
        event=events.RankingPublished,
        type="ranking.published",
        group=Group.RECOGNITION,
        to=to.LISTED_MANAGERS,
        zh="{year} 年度评选结果已公布，您在其中。",
        en="The ranking of {year} is published; you are in it.",
        path="/v1/rankings/{subject_id}/places",
    ),
    NoticeRow(
        event=events.ObjectionRaised,
        type="objection.raised",
        group=Group.OBJECTIONS,
        to=to.OPERATORS,
        zh="技术经理人 {manager} 对 {year} 年度人才认定结果的异议待答复。",
        en="The manager {manager} objects to their recognition of {year}. Please answer.",
        path="/v1/recognition-rounds/{round_id}/objections",
        still_holds=is_open_objection,
    ),
    NoticeRow(
        event=events.ObjectionAnswered,
        type="objection.answered",
        group=Group.OBJECTIONS,
        to=to.MANAGER,
        zh="您对 {year} 年度人才认定结果的异议已有答复，请查看。",
        en="Your objection to your recognition of {year} is answered.",
        path="/v1/recognition-rounds/{round_id}/objections",
    ),
)
