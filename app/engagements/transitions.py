"""The state machine of an engagement as one table: from, to, permitted actors, requirement. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.engagements.models import OPEN_STAGES, ParticipantRole, Stage
from app.libraries.record.enums import LabelledEnum

OPERATOR = "operator"
SERVICE = "service"
"""The actor of automatic transitions, after a record was withdrawn, or a contract registered or cancelled."""

_MANAGER = ParticipantRole.MANAGER.value
_OWNERS = (ParticipantRole.ENTREPRENEUR.value, ParticipantRole.SCIENTIST.value)


class TransitionRequirement(LabelledEnum):
    """A condition of a transition."""

    AGREEMENT = "agreement", "双方均已同意对接", "the consent of both sides"
    SIGNED_CONTRACT = "signed_contract", "已有签订的技术合同", "a signed contract of this engagement"
    LANDED_CONTRACT = (
        "landed_contract",
        "已有确认落地的技术合同",
        "a contract of this engagement with confirmed landing",
    )
    REASON = "reason", "终止原因", "a reason"
    NO_LANDED_CONTRACT = "no_landed_contract", "已无落地的技术合同", "that no landed contract remains"
    NO_SIGNED_CONTRACT = "no_signed_contract", "已无有效的技术合同", "that no signed contract remains"


@dataclass(frozen=True, slots=True)
class EngagementTransition:
    """One row of the table; `actors` are roles in the engagement, `OPERATOR` or `SERVICE`."""

    source: Stage
    target: Stage
    actors: frozenset[str]
    requires: TransitionRequirement | None = None


def _rows() -> tuple[EngagementTransition, ...]:
    manager, manager_or_operator = frozenset({_MANAGER}), frozenset({_MANAGER, OPERATOR})
    anyone = frozenset({_MANAGER, *_OWNERS, OPERATOR, SERVICE})
    return (
        EngagementTransition(Stage.PROPOSED, Stage.CONTACTED, manager),
        EngagementTransition(Stage.CONTACTED, Stage.MEETING, manager, TransitionRequirement.AGREEMENT),
        EngagementTransition(Stage.MEETING, Stage.NEGOTIATING, manager, TransitionRequirement.AGREEMENT),
        # The service: when the bureau registers the contract.
        EngagementTransition(
            Stage.NEGOTIATING,
            Stage.SIGNED,
            manager_or_operator | {SERVICE},
            TransitionRequirement.SIGNED_CONTRACT,
        ),
        EngagementTransition(
            Stage.SIGNED, Stage.LANDED, manager_or_operator, TransitionRequirement.LANDED_CONTRACT
        ),
        # Cancelling the last signed contract reopens the negotiation; after a landing only the bureau can cancel it. A
        # contract that was signed beside the landed one remains.
        *(
            EngagementTransition(
                stage, Stage.NEGOTIATING, frozenset({SERVICE}), TransitionRequirement.NO_SIGNED_CONTRACT
            )
            for stage in (Stage.SIGNED, Stage.LANDED)
        ),
        EngagementTransition(
            Stage.LANDED, Stage.SIGNED, frozenset({SERVICE}), TransitionRequirement.NO_LANDED_CONTRACT
        ),
        *(
            EngagementTransition(stage, Stage.ENDED, anyone, TransitionRequirement.REASON)
            for stage in OPEN_STAGES
        ),
    )


TRANSITIONS: Mapping[tuple[Stage, Stage], EngagementTransition] = MappingProxyType(
    {(transition.source, transition.target): transition for transition in _rows()}
)


def restoration(stage: Stage) -> EngagementTransition:
    """The way back of an engagement that ended only because a record was withdrawn: no row of the table, as nobody can
    ask for it."""
    return EngagementTransition(Stage.ENDED, stage, frozenset({SERVICE}))


def targets(stage: Stage, roles: Collection[str]) -> tuple[Stage, ...]:
    """The stages that one of these roles may change to; requirements are not checked."""
    return tuple(
        transition.target
        for transition in TRANSITIONS.values()
        if transition.source is stage and not transition.actors.isdisjoint(roles)
    )
