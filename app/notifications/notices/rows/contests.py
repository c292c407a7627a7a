"""Rows of the table of notices about contests and events: which it is, when it begins and where, which is public."""

from app.events import catalogue as events
from app.events.domain_event import DomainEvent
from app.notifications.notices import audiences as to
from app.notifications.notices.audiences import NoticeAudience
from app.notifications.notices.conditions.reviews import Condition, all_of, is_registered, not_followed_by
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.row import NoticeRow


def _contest(
    event: type[DomainEvent],
    type_: str,
    zh: str,
    en: str,
    audience: NoticeAudience = to.LISTED_MANAGERS,
    *,
    state: str | None = None,
    still_holds: Condition | None = None,
    remark_zh: str = "",
    remark_en: str = "",
) -> NoticeRow:
    return NoticeRow(
        event=event,
        type=type_,
        group=Group.CONTESTS,
        to=audience,
        zh=zh,
        en=en,
        path="/v1/contests/{subject_id}",
        applies=None if state is None else lambda _, event: bool(event.state == state),
        still_holds=still_holds,
        remark_zh=remark_zh,
        remark_en=remark_en,
    )


_IS_ON = not_followed_by(events.ContestCancelled)

CONTEST_ROWS: tuple[NoticeRow, ...] = (
    _contest(
        events.ContestRegistered,
        "contest.registered",
        "您已报名{contest_zh}{begins_zh}。",
        "You are registered for {contest_en}{begins_en}.",
        to.MANAGER,
        state="registered",
        still_holds=all_of(is_registered("registered"), _IS_ON),
    ),
    _contest(
        events.ContestRegistered,
        "contest.waiting",
        "{contest_zh}名额已满，您已进入候补{begins_zh}。",
        "You are on the waiting list of {contest_en}, which is full{begins_en}.",
        to.MANAGER,
        state="waiting",
        still_holds=all_of(is_registered("waiting"), _IS_ON),
    ),
    _contest(
        events.ContestPromoted,
        "contest.promoted",
        "您已由候补转为正式参加{contest_zh}{begins_zh}。",
        "You have moved up from the waiting list of {contest_en}{begins_en}.",
        to.MANAGER,
        still_holds=all_of(is_registered("registered"), _IS_ON),
    ),
    _contest(
        events.ContestLeft,
        "contest.left",
        "您对{contest_zh}的报名已由所在单位或主管部门退出。",
        "Your registration for {contest_en} was withdrawn by your organisation or the bureau.",
        to.MANAGER,
        still_holds=all_of(is_registered("withdrawn"), _IS_ON),
    ),
    _contest(
        events.ContestMoved,
        "contest.moved",
        "您报名的{contest_zh}的时间或地点有变动{begins_zh}，请查看。",
        "The time or place of {contest_en}, for which you have registered, has changed{begins_en}. Please look at it.",
        still_holds=not_followed_by(events.ContestMoved, events.ContestCancelled),
    ),
    _contest(
        events.ContestCancelled,
        "contest.cancelled",
        "您报名的{contest_zh}已取消{was_zh}。",
        "You had registered for {contest_en}, which was cancelled{was_en}.",
        remark_zh="原因：{reason}",
        remark_en=" Reason: {reason}",
    ),
    _contest(
        events.ContestFinished,
        "contest.finished",
        "您参加的{contest_zh}已结束，请查看结果。",
        "You took part in {contest_en}, which is over. Please look at the results.",
    ),
)
