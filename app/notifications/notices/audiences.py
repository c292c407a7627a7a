"""Audiences: who is notified of an event, from its payload and the present rows.

Only those who may see what the notice is about: participants of the engagement, parties and managers of the contract,
the manager of a certificate. Who did it is named as the actor, so that they are not notified themselves.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import ADMINISTRATOR
from app.accounts.models import Role, User
from app.engagements.contract_models import ContractAmendment, ContractVersion
from app.engagements.models import Participant, ParticipantRole, ParticipantState, StageMove
from app.events.catalogue import ContractAmendmentClosed
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.models import RecordVersion

OWNERS = (Role.ENTERPRISE.value, Role.INSTITUTION.value)
PARTIES = (*OWNERS, Role.INVESTOR.value, ADMINISTRATOR)
"""Those who act for a party; in an agency, whose users are managers, its administrators."""


@dataclass(frozen=True, slots=True)
class NotifiedPerson:
    """One recipient, and who did it. `roles`: of an organisation, only users with one of these."""

    kind: str
    id: UUID
    roles: tuple[str, ...] = ()
    actor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NoticeAudience:
    """Who is notified: a description for the reference, and the function that finds them."""

    description: str
    find: Callable[[Session, Any], Iterable[NotifiedPerson]] = field(repr=False)


def of_participant(one: Participant, actor_id: UUID | None) -> NotifiedPerson:
    """The person or organisation that answers for a participation."""
    if one.manager_id is not None:
        return NotifiedPerson("manager_id", one.manager_id, actor_id=actor_id)
    if one.user_id is not None:
        return NotifiedPerson("user_id", one.user_id, actor_id=actor_id)
    assert one.organisation_id is not None
    roles = (Role.INVESTOR.value,) if one.role == ParticipantRole.INVESTOR else OWNERS
    return NotifiedPerson("organisation_id", one.organisation_id, roles, actor_id)


def _participants(session: Session, engagement_id: UUID, *states: ParticipantState) -> list[Participant]:
    query = select(Participant).where(
        Participant.engagement_id == engagement_id, Participant.state.in_(states)
    )
    return list(session.scalars(query.order_by(Participant.id)))


def _invited_owners(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    actor = _actor_of_stage(session, event)
    for one in _participants(session, event.engagement_id, ParticipantState.INVITED):
        if one.side is not None:
            yield of_participant(one, actor)


def _everybody(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    """Invited ones, too: their invitation ends with the engagement."""
    actor = _actor_of_stage(session, event)
    states = (ParticipantState.INVITED, ParticipantState.CONSENTED)
    return [of_participant(one, actor) for one in _participants(session, event.engagement_id, *states)]


def _taking_part(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    actor = _actor_of_stage(session, event)
    states = (ParticipantState.CONSENTED,)
    return [of_participant(one, actor) for one in _participants(session, event.engagement_id, *states)]


def _agreed(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    """All but the side whose consent completed the agreement."""
    people = _participants(session, event.engagement_id, ParticipantState.CONSENTED)
    answers = [(one.answered_at, one.answered_by) for one in people if one.side and one.answered_at]
    actor = max(answers, key=lambda answer: answer[0])[1] if answers else None
    return [of_participant(one, actor) for one in people]


def _actor_of_stage(session: Session, event: Any) -> UUID | None:
    query = select(StageMove.moved_by).where(
        StageMove.engagement_id == event.engagement_id, StageMove.to_stage == event.stage
    )
    return session.scalar(query.order_by(StageMove.moved_at.desc(), StageMove.id.desc()).limit(1))


def _participant(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    one = session.get(Participant, event.participant_id)
    return [] if one is None else [of_participant(one, event.actor_id)]


def _lead(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("manager_id", event.manager_id, actor_id=event.actor_id)]


def _inviter(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    """The lead, and the person who invited, if it was somebody else who takes part."""
    yield NotifiedPerson("manager_id", event.manager_id, actor_id=event.actor_id)
    one = session.get(Participant, event.participant_id)
    if one is not None and one.invited_by is not None and one.invited_by != event.actor_id:
        inviter = session.get(User, one.invited_by)
        if inviter is not None and inviter.role != Role.MANAGER:
            yield NotifiedPerson("user_id", inviter.id, actor_id=event.actor_id)


def _assignee(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    actor = getattr(event, "actor_id", None)
    for kind in ("manager_id", "user_id", "organisation_id"):
        if (id_ := getattr(event, kind)) is not None:
            yield NotifiedPerson(kind, id_, OWNERS if kind == "organisation_id" else (), actor)
            return


_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "contract.drafted": ("create",),
    "contract.signature_given": ("sign",),
    "contract.signed": ("sign",),
    "contract.signatures_voided": ("change", "withdraw"),
    "contract.amendment_proposed": ("propose",),
    "contract.amended": ("amend", "correct"),
    "contract.registered": ("register",),
    "contract.landed": ("land",),
    "contract.cancelled": ("cancel",),
}
"""Event of a contract → the actions of the version that its actor stored. Of other events nobody is left out."""


def _contract_people(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    """Both parties, the managers with a share, and those whose consent to one is asked."""
    query = select(ContractVersion.changed_by).where(
        ContractVersion.contract_id == event.contract_id,
        ContractVersion.version == event.version,
        ContractVersion.action.in_(_ACTIONS.get(event.name, ())),
    )
    actor = session.scalar(query)
    if isinstance(
        event, ContractAmendmentClosed
    ):  # its version is stored after it, or is that of another change
        actor = session.get_one(ContractAmendment, event.amendment_id).closed_by
    yield from _parties(event.buyer_org_id, event.seller_org_id, actor_id=actor)
    for manager_id in dict.fromkeys([*event.manager_ids, *getattr(event, "consents_of", ())]):
        yield NotifiedPerson("manager_id", manager_id, actor_id=actor)


def _parties(*organisation_ids: UUID, actor_id: UUID | None = None) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("organisation_id", id_, PARTIES, actor_id) for id_ in organisation_ids]


def _contract_parties(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return _parties(event.buyer_org_id, event.seller_org_id)


def _asked_by_draft(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    """While the draft waits for confirmations, those whom the change concerns first; otherwise all whom it names."""
    parties = event.new_parties if event.waits else (event.buyer_org_id, event.seller_org_id)
    yield from _parties(*parties, actor_id=event.actor_id)
    for manager_id in event.consents_of if event.waits else event.manager_ids:
        yield NotifiedPerson("manager_id", manager_id, actor_id=event.actor_id)


def _dropped_from_draft(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    """Parties and managers whom the draft names no longer."""
    yield from _parties(*event.former_parties, actor_id=event.actor_id)
    for manager_id in event.former_managers:
        yield NotifiedPerson("manager_id", manager_id, actor_id=event.actor_id)


def _manager(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("manager_id", event.manager_id, actor_id=getattr(event, "actor_id", None))]


def _subject_manager(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    actor = version_of(session, event)[1] if hasattr(event, "version") else None
    return [NotifiedPerson("manager_id", event.subject_id, actor_id=actor)]


def _listed_managers(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("manager_id", id_) for id_ in event.manager_ids]


def _operators(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    query = select(User.id).where(User.role == Role.OPERATOR, User.active).order_by(User.id)
    actor = getattr(event, "actor_id", None)
    return [NotifiedPerson("user_id", id_, actor_id=actor) for id_ in session.scalars(query)]


def _reviewers_of_training(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    if event.organisation_id is None:
        return _operators(session, event)
    staff = (Role.INSTITUTION.value,)
    return [NotifiedPerson("organisation_id", event.organisation_id, staff, event.actor_id)]


def _subject_organisation(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("organisation_id", event.subject_id)]


def _reporter(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("user_id", event.user_id)]


def _subject_user(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("user_id", event.subject_id)]


def _owner_of_record(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    model: Any = Demand if event.name.startswith("demand") else Achievement
    owner = session.scalar(select(model.owner_org_id).where(model.id == event.subject_id))
    if owner is not None:
        yield NotifiedPerson("organisation_id", owner, OWNERS, version_of(session, event)[1])


def version_of(session: Session, event: Any) -> tuple[str, UUID | None]:
    """The action that led to the event of a record, and who did it (None: the service)."""
    row = session.execute(
        select(RecordVersion.action, RecordVersion.changed_by).where(
            RecordVersion.record_id == event.subject_id, RecordVersion.version == event.version
        )
    ).first()
    return ("", None) if row is None else (row.action, row.changed_by)


def _secondary_employers(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    """Organisations that the manager names as a further employer: they are asked whether it is true."""
    query = (
        select(Affiliation.organisation_id)
        .join(Manager, Manager.id == Affiliation.manager_id)
        .where(
            Affiliation.manager_id == event.subject_id, Affiliation.organisation_id != Manager.owner_org_id
        )
    )
    ids = dict.fromkeys(id_ for id_ in session.scalars(query) if id_ is not None)
    return [NotifiedPerson("organisation_id", id_, PARTIES) for id_ in ids]


INVITED_OWNERS = NoticeAudience("the owners of both records", _invited_owners)
EVERYBODY = NoticeAudience("participants, also the invited ones", _everybody)
AGREED = NoticeAudience("participants who have consented", _agreed)
TAKING_PART = NoticeAudience("participants who have consented", _taking_part)
PARTICIPANT = NoticeAudience("who is invited", _participant)
LEAD = NoticeAudience("the lead manager", _lead)
INVITER = NoticeAudience("the lead manager, and who invited", _inviter)
ASSIGNEE = NoticeAudience("the assignee of the task, without one the lead", _assignee)
CONTRACT_PEOPLE = NoticeAudience("both parties and the managers with a share", _contract_people)
CONTRACT_PARTIES = NoticeAudience("both parties", _contract_parties)
ASKED_BY_DRAFT = NoticeAudience(
    "both parties and the managers; those whom the change concerns first, where shares are to confirm",
    _asked_by_draft,
)
DROPPED_FROM_DRAFT = NoticeAudience(
    "parties and managers whom the draft names no longer", _dropped_from_draft
)
MANAGER = NoticeAudience("the manager", _manager)
SUBJECT_MANAGER = NoticeAudience("the manager", _subject_manager)
LISTED_MANAGERS = NoticeAudience("the managers in the list", _listed_managers)
OPERATORS = NoticeAudience("the bureau", _operators)
REVIEWERS_OF_TRAINING = NoticeAudience(
    "the institution that runs the training base, or the bureau", _reviewers_of_training
)
SUBJECT_ORGANISATION = NoticeAudience("the organisation", _subject_organisation)
REPORTER = NoticeAudience("who reported it", _reporter)
SUBJECT_USER = NoticeAudience("the user", _subject_user)
RECORD_OWNER = NoticeAudience("the owner of the record", _owner_of_record)
SECONDARY_EMPLOYERS = NoticeAudience("organisations named as a further employer", _secondary_employers)
