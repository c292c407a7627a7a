"""Why a push ended before it was answered, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode
from app.pushes.eligibility.rules import ABOUT_OWNERS, NOT_ELIGIBLE
from app.pushes.models import PENDING, Push, PushState
from app.pushes.schemas import PushEnd

_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "pair_in_deal": ("此供需对已由其他经理人对接", "another manager is already brokering this pair"),
        "pair_concluded": ("此供需对已签订技术合同", "a contract has been concluded for this pair"),
        "owner_not_interested": ("供需一方已答复对此匹配无意向", "an owner is not interested in this match"),
        "handed_over": (
            "逾期未答复，已转给下一位经理人",
            "it was not answered in time and went to the next manager",
        ),
        "undone": ("另一位经理人撤回了答复", "another manager undid their answer"),
        "demand_not_published": ("技术需求已停止发布", "the demand is no longer published"),
        "achievement_not_published": ("技术成果已停止发布", "the achievement is no longer published"),
        "demand_expired": ("技术需求已过期", "the demand has expired"),
        "achievement_expired": ("技术成果已过期", "the achievement has expired"),
        "manager_not_published": ("经理人的记录未发布", "the manager's record is not published"),
        "manager_left": ("经理人的账号已停用", "the manager's account is closed"),
        "manager_suspended": ("经理人的备案已暂停或注销", "the manager's filing is suspended or cancelled"),
        "not_in_the_best": ("不在最优方案中", "it is not part of the best plan"),
        "conflict_of_interest": ("存在利益冲突", "there is a conflict of interest"),
        "possible_conflict": (
            "可能存在利益关系，待主管部门核实",
            "a possible conflict of interest, which the bureau has to look at",
        ),
        "manager_expired": ("经理人的记录已过有效期", "the manager's record has expired"),
    }
)
_OTHER = ("已不符合推送条件", "it no longer meets the conditions for a push")


def end_words(code: str) -> tuple[str, str]:
    """A reason for an end in Chinese and English."""
    return _WORDS.get(code, _OTHER)


def end_of(push: Push, *, hidden: bool) -> PushEnd | None:
    """Why the push ended; None while it is pending, and after an answer of its manager.

    `hidden`: the reader does not know an owner of the pair, so reasons about owners have one word.
    """
    if push.ended_reason is None or push.state in (*PENDING, PushState.ACCEPTED, PushState.DECLINED):
        return None
    code = NOT_ELIGIBLE if hidden and push.ended_reason in ABOUT_OWNERS else push.ended_reason
    zh, en = end_words(code)
    return PushEnd(code=code, zh=zh, en=en)


def has_hidden_owner(session: Session, push: Push) -> bool:
    """Whether a record of the push is confidential."""
    modes = (
        session.get_one(Demand, push.demand_id).publish_mode,
        session.get_one(Achievement, push.achievement_id).publish_mode,
    )
    return PublishMode.CONFIDENTIAL in modes
