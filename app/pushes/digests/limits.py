"""What limits the pushes of a manager: how much of each limit is used, whose it is, and the rules in words for them."""

from collections.abc import Callable, Mapping
from uuid import UUID

from app.matching.facts.constraints import Violation
from app.pushes.digests.schemas import LimitRead
from app.pushes.eligibility.facts import NO_RECENT_PUSHES, PushFacts
from app.pushes.eligibility.snapshot import ManagersSnapshot

Words = tuple[str, str]


def limits_of(snapshot: ManagersSnapshot, manager_id: UUID) -> list[LimitRead]:
    """Each limit with what counts against it now; the rules are those of `eligibility.rules`."""
    policy, preferences = snapshot.policy, snapshot.preferences[manager_id]
    manager, recent = snapshot.manager_facts[manager_id], snapshot.recent.get(manager_id, NO_RECENT_PUSHES)
    free = max(1, manager.capacity - manager.open_load)
    return [
        LimitRead(
            code="open",
            zh="在办对接",
            en="Open engagements",
            used=manager.open_load,
            limit=manager.capacity,
            own=True,
        ),
        LimitRead(
            code="pending",
            zh="待答复的推送",
            en="Pushes that wait for an answer",
            used=snapshot.pending[manager_id],
            limit=policy.pending_per_slot * free,
            own=False,
        ),
        _cap("day", "今日推送", "Pushes today", recent.day, preferences.per_day, policy.per_day),
        _cap(
            "week", "七日内推送", "Pushes in seven days", recent.week, preferences.per_week, policy.per_week
        ),
    ]


def _cap(code: str, zh: str, en: str, used: int, own: int | None, platform: int) -> LimitRead:
    is_own = own is not None and own <= platform
    limit = min(platform, own or platform)
    return LimitRead.model_validate(
        {"code": code, "zh": zh, "en": en, "used": used, "limit": limit, "own": is_own}
    )


def _whose(own: int | None, platform: int) -> Words:
    return ("您设定的", "your own") if own is not None and own <= platform else ("平台的", "the platform's")


def _day(facts: PushFacts) -> Words:
    zh, en = _whose(facts.preferences.per_day, facts.per_day)
    limit = min(facts.per_day, facts.preferences.per_day or facts.per_day)
    return f"当日推送达到{zh}上限 {limit} 条", f"{en} limit of {limit} pushes a day is reached"


def _week(facts: PushFacts) -> Words:
    zh, en = _whose(facts.preferences.per_week, facts.per_week)
    limit = min(facts.per_week, facts.preferences.per_week or facts.per_week)
    return f"七日内推送达到{zh}上限 {limit} 条", f"{en} limit of {limit} pushes in seven days is reached"


def _inbox(facts: PushFacts) -> Words:
    free = max(1, facts.manager.capacity - facts.manager.open_load)
    each, limit = facts.pending_per_slot, facts.pending_per_slot * free
    return (
        f"待您答复的推送达到上限 {limit} 条（空余名额 {free} 个，每个 {each} 条）；答复后继续推送",
        f"{limit} pushes wait for your answer, {each} for each of {free} free places; answer some to receive more",
    )


def _full(facts: PushFacts) -> Words:
    limit = facts.manager.capacity
    return (
        f"在办对接达到您名片上的上限 {limit} 个",
        f"you have {limit} open engagements, the capacity on your card",
    )


_COUNTED: Mapping[str, Callable[[PushFacts], Words]] = {
    "manager_day_cap": _day,
    "manager_week_cap": _week,
    "manager_inbox_full": _inbox,
    "manager_full": _full,
}
_SAID: Mapping[str, Words] = {
    "preference_field": ("不在您关注的领域内", "outside your preferred fields"),
    "preference_region": ("不在您关注的地区内", "neither owner is in one of your preferred regions"),
    "preference_language": (
        "供需双方的语言不在您的工作语言内",
        "the pair needs a language that is not among your working languages",
    ),
    "preference_score": ("匹配分低于您设定的最低分", "the score is below your minimum"),
    "manager_not_published": ("您的名片尚未发布", "your card is not published"),
    "manager_expired": ("您的名片已过有效期", "your card has expired"),
    "manager_suspended": ("您的备案已暂停或注销", "your filing is suspended or cancelled"),
    "manager_not_verified": (
        "您所在单位未经主管部门核验",
        "the bureau has not verified your organisation",
    ),
    "manager_not_accepting": ("您已设为暂不接收推送", "you do not accept pushes at present"),
    "declined_before": ("您已谢绝此供需对", "you have declined this pair"),
    "pushed_before": ("此供需对已推送给您", "the pair has been pushed to you"),
    "put_off": ("您已设为稍后处理", "you postponed it"),
    "not_recommended": (
        "您与该供需对契合度不足，或有更合适的经理人",
        "you do not fit the pair well enough, or others fit better",
    ),
}


def said_to_themselves(code: str) -> Words | None:
    """The rule in words for the manager whom it is about; None where its usual words do."""
    return _SAID.get(code)


def told_to_themselves(rule: Violation, facts: PushFacts) -> Words:
    """As `said_to_themselves`, with the numbers and whose limit it is."""
    if rule.code in _COUNTED:
        return _COUNTED[rule.code](facts)
    if rule.code == "manager_on_leave":
        until = facts.manager.on_leave_until
        return f"您休假至 {until}，期间不推送", f"you are on leave until {until}"
    return _SAID.get(rule.code, (rule.zh, rule.en))
