"""Facts of a record that ranking reads: frozen values, independent of database and transport.

A missing fact is None or empty, never a guess; every filter and feature treats it as neutral.
Organisation ids are opaque strings here. Money is in 万元, dates are plain dates, moments are UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AchievementFacts:
    """An achievement 技术成果.

    `fields` are codes of the high-tech field tree, first ("40") or second level ("401"). Both prices None
    means negotiable (面议). `party_orgs` are the owner and all co-owners; `owner_hidden` means that they
    are confidential. `indicators` are texts, one per entry; they are not part of the embedded text. `owner_record`
    (0–1) is the success rate of the owner's engagements.
    """

    id: str
    title: str = ""
    summary: str = ""
    advantages: str = ""
    applications: str = ""
    indicators: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    trl: int | None = None
    transfer_modes: tuple[str, ...] = ()
    price_min_wan: Decimal | None = None
    price_max_wan: Decimal | None = None
    region: str | None = None
    language: str = "zh"
    owner_org: str | None = None
    party_orgs: tuple[str, ...] = ()
    owner_hidden: bool = False
    patents: int = 0
    published_at: datetime | None = None
    owner_record: float | None = None


@dataclass(frozen=True, slots=True)
class DemandFacts:
    """A demand 技术需求. Both budgets None means negotiable; `indicators` are texts, one per entry.

    `excluded_orgs` are ids, and names of which nobody is registered; `ever_excluded_orgs` are those that its owner has
    ever excluded, from this demand or another one.
    """

    id: str
    title: str = ""
    problem: str = ""
    key_technology: str = ""
    goal: str = ""
    indicators: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    min_trl: int | None = None
    cooperation_modes: tuple[str, ...] = ()
    budget_min_wan: Decimal | None = None
    budget_max_wan: Decimal | None = None
    deadline: date | None = None
    region: str | None = None
    language: str = "zh"
    owner_org: str | None = None
    party_orgs: tuple[str, ...] = ()
    excluded_orgs: tuple[str, ...] = ()
    ever_excluded_orgs: tuple[str, ...] = ()
    owner_hidden: bool = False
    cross_border: bool = False


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """One transfer that a manager brokered; `verified` by the bureau, or only said by the manager."""

    title: str
    contract_type: str = ""
    amount_wan: Decimal | None = None
    year: int | None = None
    landed_in_jinan: bool = False
    verified: bool = False


@dataclass(frozen=True, slots=True)
class EndedTie:
    """A former tie to an organisation or record: its last day, and the last one on which it remains a conflict."""

    subject: str
    ended_on: date
    holds_until: date


@dataclass(frozen=True, slots=True)
class ManagerFacts:
    """A manager 技术经理人.

    `affiliations` are the organisations they belong to today, and `registered_affiliations` those that they did not
    enter themselves; `suspended` means that the bureau has suspended their filing (备案). `declared_conflicts` are
    ids of organisations or records that they declared, and names that no organisation has; `ended_ties` former ones.
    `on_leave_until` is the last day of their present leave; `has_left` means that their account is closed, or no longer
    a manager's. `capacity` and `open_load` count engagements.
    """

    id: str
    name: str = ""
    expertise: str = ""
    fields: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    certificate: str = "none"
    years: int | None = None
    capacity: int = 0
    open_load: int = 0
    languages: tuple[str, ...] = ()
    track_record: tuple[TrackRecord, ...] = ()
    affiliations: tuple[str, ...] = ()
    registered_affiliations: tuple[str, ...] = ()
    suspended: bool = False
    has_left: bool = False
    declared_conflicts: tuple[str, ...] = ()
    ended_ties: tuple[EndedTie, ...] = ()
    on_leave_until: date | None = None
    years_verified: bool = False


RecordFacts = AchievementFacts | DemandFacts | ManagerFacts
