"""The state machine of an engagement as one table: from, to, who may, what must be there. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.engagements.models import OPEN_STAGES, ParticipantRole, Stage
from app.libraries.record.enums import LabelledEnum

OPERATOR = "operator"
SERVICE = "service"
"""Who moves what follows by itself: a record that was taken back, a contract that was cancelled."""

_MANAGER = ParticipantRole.MANAGER.value
_OWNERS = (ParticipantRole.ENTREPRENEUR.value, ParticipantRole.SCIENTIST.value)


class TransitionRequirement(LabelledEnum):
    """What must be there before a move."""

    AGREEMENT = "agreement", "双方均已同意对接", "both sides have consented"
    SIGNED_CONTRACT = "signed_contract", "已有签订的技术合同", "a signed contract of this engagement"
    LANDED_CONTRACT = "landed_contract", "已有确认落地的技术合同", "a landed contract of this engagement"
    REASON = "reason", "终止原因", "a reason"
    NO_SIGNED_CONTRACT = "no_signed_contract", "已无有效的技术合同", "no signed contract is left"


@dataclass(frozen=True, slots=True)
class EngagementTransition:
    """One row: a move that `who` (roles in the engagement, the operator, the service itself) may make."""

    source: Stage
    target: Stage
    who: frozenset[str]
    needs: TransitionRequirement | None = None


def _rows() -> tuple[EngagementTransition, ...]:
    manager, bureau_too = frozenset({_MANAGER}), frozenset({_MANAGER, OPERATOR})
    anyone = frozenset({_MANAGER, *_OWNERS, OPERATOR, SERVICE})
    return (
        EngagementTransition(Stage.PROPOSED, Stage.CONTACTED, manager),
        EngagementTransition(Stage.CONTACTED, Stage.MEETING, manager, TransitionRequirement.AGREEMENT),
        EngagementTransition(Stage.MEETING, Stage.NEGOTIATING, manager, TransitionRequirement.AGREEMENT),
        EngagementTransition(
            Stage.NEGOTIATING, Stage.SIGNED, bureau_too, TransitionRequirement.SIGNED_CONTRACT
        ),
        EngagementTransition(Stage.SIGNED, Stage.LANDED, bureau_too, TransitionRequirement.LANDED_CONTRACT),
        # A contract that is cancelled takes its engagement back to the table.
        EngagementTransition(
            Stage.SIGNED, Stage.NEGOTIATING, frozenset({SERVICE}), TransitionRequirement.NO_SIGNED_CONTRACT
        ),
        *(
            EngagementTransition(stage, Stage.ENDED, anyone, TransitionRequirement.REASON)
            for stage in OPEN_STAGES
        ),
    )


MOVES: Mapping[tuple[Stage, Stage], EngagementTransition] = MappingProxyType(
    {(move.source, move.target): move for move in _rows()}
)


def targets(stage: Stage, roles: Collection[str]) -> tuple[Stage, ...]:
    """Where one of these roles may move it from here, whether or not what is needed is there yet."""
    return tuple(
        move.target for move in MOVES.values() if move.source is stage and not move.who.isdisjoint(roles)
    )
