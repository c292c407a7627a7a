"""Names for the ids of the audit trail, as far as its reader may know them. The trail itself keeps ids alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import ApiKey, Organisation, User
from app.accounts.schemas import AuditEntryOut
from app.engagements.contract_models import Contract
from app.engagements.models import Engagement, Participant
from app.libraries.managers.models import Manager
from app.libraries.registry import LIBRARIES
from app.libraries.summaries import summariser
from app.libraries.visibility.rows import visible
from app.notifications.models import WebhookEndpoint
from app.partners.agreements.models import PartnerAgreement
from app.talent.certificates.models import TrainingCertificate
from app.talent.contests.models import Contest
from app.talent.filings.models import Filing
from app.talent.rankings.models import Ranking
from app.talent.rounds.models import RecognitionEntry, RecognitionRound
from app.talent.trainings.models import Training, TrainingBase

Query = Select[*tuple[Any, ...]]
"""Id, name, and what stands under the name."""


@dataclass(frozen=True, slots=True)
class AuditName:
    """Who or what an id stands for.

    Attributes:
        kind: a code such as `user`, `organisation` or `demand`.
        name: of a person, an organisation or a record that the reader may see; else a number.
        under: where a person works, or the number of a record with a name.
        number: of a record that the reader may open.
    """

    kind: str
    name: str
    under: str = ""
    number: str | None = None


def audit_names(
    session: Session, entries: Collection[AuditEntryOut], *, principal: Principal
) -> Mapping[UUID, AuditName]:
    """The names of all users, keys and subjects of the entries. What is gone, or has no name, is left out.

    Raises:
        Forbidden: the principal does not read the trail.
    """
    require(principal, Action.AUDIT_READ)
    found: dict[UUID, AuditName] = {}
    _add(session, found, "user", _USERS, {one.user_id for one in entries if one.user_id})
    _add(session, found, "api_key", _KEYS, {one.api_key_id for one in entries if one.api_key_id})
    subjects: defaultdict[str, set[UUID]] = defaultdict(set)
    for one in entries:
        if one.subject_id is not None:
            subjects[one.action.partition(".")[0]].add(one.subject_id)
    # The organisation of a post is in the details.
    posts = {id_ for one in entries if (id_ := organisation_in(one)) is not None}
    _add(session, found, "organisation", _QUERIES["organisation"], posts)
    for concept, ids in subjects.items():
        for kind in _KINDS.get(concept, (concept,)):
            if missing := ids - found.keys():
                _look_up(session, found, kind, missing, principal)
    return found


def organisation_in(entry: AuditEntryOut) -> UUID | None:
    """The organisation whose id is all that the details say."""
    if not entry.action.startswith("affiliation."):
        return None
    try:
        return UUID(entry.details)
    except ValueError:
        return None


def _look_up(
    session: Session, found: dict[UUID, AuditName], kind: str, ids: Collection[UUID], principal: Principal
) -> None:
    if kind == "record":
        found.update(_records(session, ids, principal))
    elif kind in _QUERIES:
        _add(session, found, kind, _QUERIES[kind], ids)


def _add(
    session: Session, found: dict[UUID, AuditName], kind: str, query: Query, ids: Collection[UUID]
) -> None:
    if not ids:
        return
    key = query.selected_columns[0]
    for row in session.execute(query.where(key.in_(ids))):
        found[row[0]] = AuditName(kind, row[1] or "", (row[2] or "") if len(row) > 2 else "")


def _records(session: Session, ids: Iterable[UUID], principal: Principal) -> Iterator[tuple[UUID, AuditName]]:
    """Titles of those that the reader may see; the numbers of the others."""
    for kind, library in LIBRARIES.items():
        model = library.model
        rows = session.scalars(select(model).where(model.id.in_(ids))).all()
        if not rows:
            continue
        open_ids = set(session.scalars(visible(select(model.id).where(model.id.in_(ids)), model, principal)))
        summary = summariser(session, rows, principal=principal)
        for row in rows:
            title = summary(row).title if row.id in open_ids else None
            yield (
                row.id,
                AuditName(kind.value, title, row.number, row.number)
                if title
                else AuditName(kind.value, row.number),
            )


_USERS = select(User.id, User.name, Organisation.name).join(
    Organisation, Organisation.id == User.organisation_id, isouter=True
)
_KEYS = select(ApiKey.id, ApiKey.name, Organisation.name).join(
    Organisation, Organisation.id == ApiKey.organisation_id
)


def _of_manager(model: Any, *columns: Any) -> Query:
    return select(model.id, *columns, Manager.number).join(Manager, Manager.id == model.manager_id)


def _of_organisation(model: Any) -> Query:
    return select(model.id, Organisation.name).join(Organisation, Organisation.id == model.organisation_id)


# Where the action names another concept than its subject's.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "user": ("user", "organisation"),
    "session": ("user",),
    "second_factor": ("user",),
    "account": ("organisation",),
    "demand": ("record",),
    "achievement": ("record",),
    "manager": ("record", "user"),
    "record": ("record",),
    "ties": ("record",),
    "affiliation": ("record",),
    "engagement": ("engagement", "participant", "record"),
    "contract": ("contract", "engagement"),
    "round": ("round", "entry"),
    "file": ("contract", "engagement", "certificate"),
}

_QUERIES: Mapping[str, Query] = {
    "user": _USERS,
    "api_key": _KEYS,
    "organisation": select(Organisation.id, Organisation.name, Organisation.uscc),
    "contract": select(Contract.id, Contract.number),
    "engagement": select(Engagement.id, Engagement.number),
    "participant": select(Participant.id, Engagement.number).join(
        Engagement, Engagement.id == Participant.engagement_id
    ),
    "contest": select(Contest.id, Contest.title, Contest.number),
    "ranking": select(Ranking.id, Ranking.title, Ranking.number),
    "round": select(RecognitionRound.id, RecognitionRound.title, RecognitionRound.number),
    "entry": select(RecognitionEntry.id, RecognitionEntry.manager_number),
    "filing": _of_manager(Filing, Filing.filing_number),
    "certificate": _of_manager(TrainingCertificate, TrainingCertificate.number),
    "training": _of_manager(Training, Training.course),
    "training_base": select(TrainingBase.id, TrainingBase.name),
    "webhook": _of_organisation(WebhookEndpoint),
    "partner_agreement": _of_organisation(PartnerAgreement),
}
