"""Words of notices that depend on the event: names of stages, reasons, states and days, in both languages."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.organisations.service import waiting_organisations
from app.clock import chinese_day, chinese_moment, english_day, english_moment
from app.database import upper_table
from app.engagements.contract_models import AmendmentState, ContractAmendment, ContractSide
from app.engagements.models import Engagement, ParticipantRole, ParticipantSide, Stage
from app.engagements.undertakings.requirements import asked_of
from app.events.catalogue import (
    AccountChanged,
    ContractAmendmentClosed,
    ContractSignatureGiven,
    EngagementAgreed,
    MatchReported,
    MatchReportResolved,
    ParticipantAdmitted,
)
from app.events.catalogue.engagements import EngagementEvent
from app.events.catalogue.records import (
    OrganisationsToVerify,
    RecordEvent,
    RecordMergeUndone,
    RecordTellsOwner,
)
from app.events.catalogue.talent import (
    CertificateEvent,
    ContestEvent,
    FilingChanged,
    ObjectionEvent,
    RecognitionDoubted,
    TrainingChanged,
)
from app.events.domain_event import DomainEvent
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import CertificateLevel, LabelledEnum, RecordKind, UndertakingMode
from app.libraries.registry import LIBRARIES
from app.pushes.feedback.models import MatchReport
from app.vocabularies import vocabulary

_LABELLED: Mapping[str, type[LabelledEnum]] = {
    "from_stage": Stage,
    "to_stage": Stage,
    "stage": Stage,
    "role": ParticipantRole,
    "level": CertificateLevel,
    "outcome": AmendmentState,
}


_LOST_BASIS = {
    "certificate.revoked": ("证书核验已被撤销", "the verification of a certificate was revoked"),
    "contract.cancelled": ("技术合同已解除", "a contract was cancelled"),
    "contract.amended": ("技术合同变更后计入减少", "a contract was amended and counts for less"),
}
"""Event → what was taken back."""

_AMENDMENTS = {"change": ("一项变更", "A change"), "cancel": ("解除合同的提议", "The end")}
"""Kind of an amendment → its noun."""

_PROPOSALS = {"change": ("变更提议", "change"), "cancel": ("解除提议", "end")}
"""Kind of an amendment → what was proposed."""


def words_of(event: DomainEvent) -> dict[str, str]:
    """The payload as words: ``{name}`` for itself, ``{name_zh}`` and ``{name_en}`` where it is a code."""
    words: dict[str, str] = {}
    for each in fields(event):
        value = getattr(event, each.name)
        words[each.name] = f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            words[f"{each.name}_zh"], words[f"{each.name}_en"] = chinese_day(value), english_day(value)
        if value is not None and each.name in _LABELLED:
            words[f"{each.name}_zh"], words[f"{each.name}_en"] = _labels(_LABELLED[each.name], value)
    reason = getattr(event, "reason", None)
    words["reason_zh"], words["reason_en"] = _reason(reason)
    if "kind" in words and hasattr(event, "amendment_id"):
        words["kind_zh"], words["kind_en"] = _AMENDMENTS[words["kind"]]
    words["side_zh"], words["side_en"] = _side(event, words)
    words["missing_zh"], words["missing_en"] = _missing(event)
    if isinstance(event, RecordTellsOwner):
        words |= _record_words(event)
    if isinstance(event, RecordMergeUndone):
        kind = RecordKind.of(event.kind)
        words |= {"kind_zh": kind.zh, "kind_en": kind.en.lower()}
    if isinstance(event, RecognitionDoubted):
        words["basis_zh"], words["basis_en"] = _LOST_BASIS[event.cause]
    if isinstance(event, ContestEvent):
        words |= _contest_words(event)
    words["of_zh"] = words["of_en"] = ""
    return words


def stored_words(session: Session, event: DomainEvent) -> dict[str, str]:
    """What the present rows say of the subject: its number or title, and the number of its manager (`manager`); of
    an agreement, what the records ask for."""
    if isinstance(event, OrganisationsToVerify):
        waiting = select(func.count()).select_from(waiting_organisations().subquery())
        return {"waiting": str(session.scalar(waiting) or 0)}
    if isinstance(event, EngagementAgreed | ParticipantAdmitted):
        return _undertaking_words(session, event)
    if isinstance(event, ContractAmendmentClosed | ContractSignatureGiven):
        return _words_of_amendment(session, event.amendment_id)
    if isinstance(event, RecordEvent):
        model: Any = LIBRARIES[RecordKind.of(event.name.partition(".")[0])].model
        number = session.scalar(select(model.number).where(model.id == event.subject_id))
        return {"number": number or ""}
    if isinstance(event, AccountChanged):
        query = select(Manager.id, Manager.number).where(Manager.user_id == event.subject_id)
        id_, number = session.execute(query.limit(1)).first() or ("", "")
        return {"manager": number, "manager_id": str(id_)}
    if isinstance(event, MatchReported | MatchReportResolved):
        return _words_of_report(session, event.subject_id)
    if isinstance(event, FilingChanged | TrainingChanged | CertificateEvent | ObjectionEvent):
        return {"manager": _number_of(session, Manager.id == event.manager_id)} | _talent_words(
            session, event
        )
    return {}


def _words_of_amendment(session: Session, amendment_id: UUID | None) -> dict[str, str]:
    """What is proposed, and whether its own side has taken it back; nothing where the terms themselves are signed."""
    amendment = None if amendment_id is None else session.get(ContractAmendment, amendment_id)
    if amendment is None:
        return {}
    zh, en = _PROPOSALS[amendment.kind]
    words = {"proposal_zh": zh, "proposal_en": en, "of_zh": f"（{zh}）", "of_en": f"the proposed {en} of "}
    if amendment.state == AmendmentState.DECLINED and _is_own_side(session, amendment):
        words |= {"outcome_zh": "已撤回", "outcome_en": "taken back"}
    return words


def _is_own_side(session: Session, amendment: ContractAmendment) -> bool:
    """Whether who proposed it, or somebody else of that party, has closed it."""
    if amendment.proposed_by == amendment.closed_by:
        return True
    people = {amendment.proposed_by, amendment.closed_by}
    organisations = session.scalars(select(User.organisation_id).where(User.id.in_(people))).all()
    return (
        amendment.proposed_as in list(ContractSide)
        and len(organisations) == len(people)
        and len(set(organisations)) == 1
    )


def _number_of(session: Session, condition: ColumnElement[bool]) -> str:
    return session.scalar(select(Manager.number).where(condition).limit(1)) or ""


def _words_of_report(session: Session, report_id: UUID) -> dict[str, str]:
    """The demand of the match that was reported."""
    query = select(Demand.number).join(MatchReport, MatchReport.demand_id == Demand.id)
    number = session.scalar(query.where(MatchReport.id == report_id))
    return {"demand": number or ""}


def _talent_words(
    session: Session, event: FilingChanged | TrainingChanged | CertificateEvent | ObjectionEvent
) -> dict[str, str]:
    """Of rows of recognition, which stands above notices: the number of a filing, which has one once it is approved,
    and of a certificate, the course of a training with its base, and the year of an objection."""
    filings, trainings, bases, certificates, rounds = map(
        upper_table, ("filings", "trainings", "training_bases", "certificates", "recognition_rounds")
    )
    match event:
        case FilingChanged():
            query = select(filings.c.filing_number).where(filings.c.id == event.subject_id)
            number = session.scalar(query)
            return {
                "filing_zh": f"（备案号 {number}）" if number else "",
                "filing_en": f" {number}" if number else "",
            }
        case TrainingChanged():
            joined = trainings.join(bases, bases.c.id == trainings.c.base_id)
            row = session.execute(
                select(trainings.c.course, bases.c.name)
                .select_from(joined)
                .where(trainings.c.id == event.subject_id)
            ).first()
            course, base = row or ("", "")
            return {"course_zh": f"“{course}”（{base}）", "course_en": f"“{course}” ({base})"}
        case CertificateEvent():
            number = session.scalar(
                select(certificates.c.number).where(certificates.c.id == event.subject_id)
            )
            return {
                "certificate_zh": f"（编号 {number}）" if number else "",
                "certificate_en": f", {number}" if number else "",
            }
        case ObjectionEvent():
            return {"year": str(session.scalar(select(rounds.c.year).where(rounds.c.id == event.round_id)))}


def _undertaking_words(session: Session, event: EngagementEvent) -> dict[str, str]:
    """What has to come first where a record asks for an undertaking: until then contacts and files stay closed."""
    engagement = session.get_one(Engagement, event.engagement_id)
    modes = set(asked_of(session, engagement).values())
    if modes == {UndertakingMode.NONE}:
        return {"undertaking_zh": "", "undertaking_en": ""}
    return {
        "undertaking_zh": "；其中要求保密承诺的记录，须先作出承诺",
        "undertaking_en": ". If a record asks for an undertaking, you have to give it first",
    }


def _record_words(event: RecordTellsOwner) -> dict[str, str]:
    """The fields by their titles, and the places in them."""
    kind = RecordKind.of(event.kind)
    fields_ = LIBRARIES[kind].create_schema.model_fields
    titles = [str(fields_[name].title) if name in fields_ else name for name in event.fields]
    return {
        "kind_zh": kind.zh,
        "kind_en": kind.en.lower(),
        "fields_zh": "、".join(f"“{title}”" for title in titles),
        "fields_en": ", ".join(event.fields),
        "others_zh": f" 等 {event.others + 1} 条记录" if event.others else "",
        "others_en": f" (and {event.others} more)" if event.others else "",
        "places_text": "; ".join(event.places),
        # What is certain cannot be confirmed to mean something else.
        "unless_zh": "" if event.certain else "；确与贵单位无关的，请在修改时确认",
        "unless_en": "" if event.certain else ", or confirm there that the words mean something else",
    }


def _contest_words(event: ContestEvent) -> dict[str, str]:
    """The contest, and when and where it begins; older events do not say it."""
    words = {"contest_zh": "一项赛事或活动", "contest_en": "a contest"}
    words |= dict.fromkeys(("begins_zh", "begins_en", "was_zh", "was_en"), "")
    if event.title:
        words["contest_zh"] = f"“{event.title}”（{event.number}）"
        words["contest_en"] = f"“{event.title}” ({event.number})"
    if event.starts_at is not None:
        zh, en = chinese_moment(event.starts_at), english_moment(event.starts_at)
        where_zh, where_en = (f"，地点：{event.venue}", f", at {event.venue}") if event.venue else ("", "")
        words["begins_zh"], words["begins_en"] = f"，{zh}开始{where_zh}", f"; it begins on {en}{where_en}"
        words["was_zh"], words["was_en"] = f"，原定 {zh} 开始", f"; it was to begin on {en}"
    return words


def _labels(kind: type[LabelledEnum], value: Any) -> tuple[str, str]:
    try:
        member = kind.of(str(value))
    except ValueError:
        return str(value), str(value)
    return member.zh, member.en.lower()


def _reason(code: str | None) -> tuple[str, str]:
    """A reason of the vocabulary in its words, any other as it was written."""
    if code is None:
        return "未说明", "none was given"
    reasons = vocabulary("engagement_end_reasons")
    return (reasons.label(code), reasons.label(code, "en")) if code in reasons else (code, code)


def _missing(event: DomainEvent) -> tuple[str, str]:
    """The parties who have still to sign."""
    sides = [ContractSide.of(side) for side in getattr(event, "missing", ())]
    return "、".join(side.zh for side in sides), " and ".join(side.en.lower() for side in sides)


def _side(event: DomainEvent, words: Mapping[str, str]) -> tuple[str, str]:
    """Which participant: the side, or the role of those who represent none."""
    if (side := getattr(event, "side", None)) is not None:
        return _labels(ContractSide if side in list(ContractSide) else ParticipantSide, side)
    return words.get("role_zh", ""), f"the {words['role_en']}" if "role_en" in words else ""
