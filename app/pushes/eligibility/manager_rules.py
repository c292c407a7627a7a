"""Rules about a manager: their record, capacity, preferences, and the pushes that they already received."""

from collections.abc import Iterable

from app.libraries.record.enums import RecordState
from app.matching.facts.constraints import Violation
from app.matching.facts.hidden_owners import noticeable_conflict
from app.pushes.eligibility.facts import PushFacts

MANAGER_SUSPENDED = "manager_suspended"
MANAGER_LEFT = "manager_left"


def refusals(facts: PushFacts) -> list[Violation]:
    """The rules of `violations` about the manager's preferences and the pushes that they already received."""
    return [*_preference_rules(facts), *_cap_rules(facts), *_pending_rules(facts)]


def manager_record_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.manager_state != RecordState.PUBLISHED:
        yield Violation(
            "manager_not_published", "技术经理人的记录未发布", "the manager's record is not published"
        )
    if facts.manager_valid_until is not None and facts.manager_valid_until < facts.pair.today:
        yield Violation("manager_expired", "技术经理人的记录已过有效期", "the manager's record has expired")
    if facts.manager.has_left:
        yield Violation(MANAGER_LEFT, "技术经理人的账号已停用", "the manager's account is closed")
    if facts.manager.suspended:
        yield Violation(
            MANAGER_SUSPENDED,
            "技术经理人的备案已暂停或注销",
            "the manager's filing is suspended or cancelled",
        )
    conflict = noticeable_conflict(
        facts.manager, facts.pair.demand, facts.pair.achievement, facts.pair.org_family
    )
    if conflict is not None:
        yield Violation(conflict.code, conflict.zh, conflict.en)


def capacity_rules(facts: PushFacts) -> Iterable[Violation]:
    if facts.manager.open_load >= facts.manager.capacity:
        yield Violation(
            "manager_full",
            f"在办对接已达上限 {facts.manager.capacity} 个",
            f"the manager has reached their capacity of {facts.manager.capacity} open engagements",
        )


def manager_rules(facts: PushFacts) -> Iterable[Violation]:
    yield from manager_record_rules(facts)
    if not facts.trusted:
        yield Violation(
            "manager_not_verified",
            "技术经理人所在单位未经主管部门核验",
            "the manager's organisation has not been verified by the bureau",
        )
    if not facts.accepts_pushes:
        yield Violation(
            "manager_not_accepting", "技术经理人暂不接收推送", "the manager does not accept pushes at present"
        )
    if facts.manager.on_leave_until is not None:
        yield Violation(
            "manager_on_leave",
            f"技术经理人休假至 {facts.manager.on_leave_until}，期间不推送",
            f"the manager is on leave until {facts.manager.on_leave_until}",
        )
    yield from capacity_rules(facts)


def _preference_rules(facts: PushFacts) -> Iterable[Violation]:
    """Pairs that the manager does not want to receive. Pushes sent before a change of preferences stay."""
    pair, preferences = facts.pair, facts.preferences
    sides = (pair.demand, pair.achievement)
    if not preferences.want_fields([code for side in sides for code in side.fields]):
        yield Violation(
            "preference_field",
            "不在该经理人关注的领域内",
            "the pair is outside the manager's preferred fields",
        )
    if not preferences.want_regions([side.region for side in sides if side.region]):
        yield Violation(
            "preference_region",
            "不在该经理人关注的地区内",
            "neither owner is in one of the manager's preferred regions",
        )
    if not preferences.want_languages({side.language for side in sides}):
        yield Violation(
            "preference_language",
            "供需双方的语言不在该经理人的工作语言内",
            "the pair requires a language that is not among the manager's working languages",
        )
    if (
        preferences.minimum_score is not None
        and pair.score is not None
        and pair.score < preferences.minimum_score
    ):
        yield Violation(
            "preference_score",
            "匹配分低于该经理人设定的最低分",
            "the pair's score is below the manager's minimum score",
        )


def _cap_rules(facts: PushFacts) -> Iterable[Violation]:
    preferences = facts.preferences
    per_day = min(facts.per_day, preferences.per_day or facts.per_day)
    per_week = min(facts.per_week, preferences.per_week or facts.per_week)
    if facts.recent.day >= per_day:
        yield Violation(
            "manager_day_cap",
            f"该经理人当日推送已达上限 {per_day} 条",
            f"the manager has reached the limit of {per_day} pushes a day",
        )
    if facts.recent.week >= per_week:
        yield Violation(
            "manager_week_cap",
            f"该经理人七日内推送已达上限 {per_week} 条",
            f"the manager has reached the limit of {per_week} pushes in seven days",
        )


def _pending_rules(facts: PushFacts) -> Iterable[Violation]:
    """Caps pending pushes per free slot of the manager. Existing pushes are kept when free slots decrease."""
    limit = facts.pending_per_slot * max(1, facts.manager.capacity - facts.manager.open_load)
    if facts.pending >= limit:
        yield Violation(
            "manager_inbox_full",
            f"待该经理人答复的推送已达上限 {limit} 条",
            f"the manager already has {limit} pending pushes, the maximum for their free capacity",
        )
