"""Which fields of a record a reader may see. Every response passes through this module, every query through `rows`.

View levels (see `ViewLevel`): 0 anonymous readers and members of an organisation that the bureau has not verified;
1 every verified reader; 2 readers with the owner's approval; 3 the owner, operators and the manager who brokers the
record. Records of other owners are visible only while they are published. Each field has two levels: one for public
records, one for confidential records.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.permissions import allowed
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.clock import day_start
from app.libraries.record.enums import PublishMode, RecordKind, UndertakingMode, ViewLevel
from app.libraries.record.models import Record
from app.libraries.record.versions import to_json
from app.libraries.visibility.alias import alias
from app.libraries.visibility.masks import MASKS
from app.libraries.visibility.price_bands import price_band
from app.libraries.visibility.rows import action_of, owns

_ALL = (ViewLevel.ANONYMOUS, ViewLevel.ANONYMOUS)
_LOGGED_IN = (ViewLevel.LOGGED_IN, ViewLevel.LOGGED_IN)
_IDENTIFYING = (ViewLevel.LOGGED_IN, ViewLevel.APPROVED)  # would reveal the owner of a confidential record
# Who looks often enough sees a new version within a second, and which public records are changed in the same one.
_COUNTED = (ViewLevel.ANONYMOUS, ViewLevel.APPROVED)
_APPROVED = (ViewLevel.APPROVED, ViewLevel.APPROVED)
_OWNER = (ViewLevel.OWNER, ViewLevel.OWNER)

# Contact details in a record are shown to its owner, and masked to operators until they ask with a reason
# (`visibility/asked_contacts.py`). Everyone else gets them through an engagement (`engagements/contact_visibility.py`).
# Each access is logged.
CONTACTS = frozenset(MASKS)

# Shown instead of the owner, and only of confidential records.
_ALIAS = frozenset({"public_alias"})

# Trade secrets. They open to readers with the owner's approval, too, where the record asks these for an undertaking:
# who has not given it has no approval (`engagements/contact_visibility.py`).
SECRETS = frozenset({"confidential_note"})

# Level → fields. A field without a row is never shown.
_COMMON = {
    _ALL: """id number kind state title language keywords fields industries region published_at valid_until""",
    _COUNTED: "version",
    _IDENTIFYING: "owner_org_id owner_name created_at updated_at",
    _OWNER: """contact_name contact_phone contact_email source source_ref review_note confirmed created_by""",
}
_KINDS: Mapping[RecordKind, Mapping[tuple[ViewLevel, ViewLevel], str]] = {
    RecordKind.ACHIEVEMENT: {
        _ALL: """publish_mode trl transfer_modes category forms level application_status strategic_fields jinan_industry
            price_band indicator_names public_alias undertaking""",
        _LOGGED_IN: """summary advantages innovations problem_solved scenarios indicators attribute evaluation_type
            price_min_wan price_max_wan landing_requirement licence_kind ip_clear job_invention funding_source
            research_start research_end""",
        _IDENTIFYING: "registration_number ip_list co_org_ids co_org_names completed_by",
        _APPROVED: "rd_investment_wan",
        _OWNER: "confidential_note",
    },
    RecordKind.DEMAND: {
        _ALL: """publish_mode cooperation_modes deadline min_trl need_kind strategic_fields jinan_industry budget_band
            indicator_names public_alias undertaking""",
        _LOGGED_IN: """main_problem key_technology expected_goal indicators scenario benchmark activity_type
            budget_min_wan budget_max_wan payment_plan ip_ownership start_date partner_requirement""",
        _APPROVED: "existing_basis preferred_partners",
        _OWNER: "confidential_note excluded_orgs",
    },
    RecordKind.MANAGER: {
        _ALL: """expertise regions languages service_kinds certificate_level years employer_type full_time
            recognised_tier recognised_year honours verification""",
        _LOGGED_IN: """affiliations track_record capacity accepts_pushes filing_number filing_state
            filing_valid_to track_record_verification""",
        _OWNER: "user_id certificates declared_conflicts leave",
    },
}


def _table(kind: RecordKind) -> dict[str, tuple[ViewLevel, ViewLevel]]:
    rows = [*_COMMON.items(), *_KINDS[kind].items()]
    return {name: levels for levels, names in rows for name in names.split()}


FIELD_LEVELS: Mapping[RecordKind, Mapping[str, tuple[ViewLevel, ViewLevel]]] = {
    kind: _table(kind) for kind in RecordKind
}


def fields_at(kind: RecordKind, publish_mode: str, level: int) -> frozenset[str]:
    """The fields of such a record that a reader at this view level may see."""
    column = publish_mode == PublishMode.CONFIDENTIAL.value
    return frozenset(name for name, levels in FIELD_LEVELS[kind].items() if levels[column] <= level)


def knows_owner(principal: Principal, record: Record) -> bool:
    """Whether the principal may know the owner of this record: `owner_known_rows` for a loaded record."""
    confidential = record.publish_mode == PublishMode.CONFIDENTIAL.value
    return level(principal, record) >= FIELD_LEVELS[record.kind]["owner_org_id"][confidential]


def level(
    principal: Principal,
    record: Record,
    *,
    opened: OpenedRecords = NOTHING_OPENED,
) -> ViewLevel:
    """The principal's view level for this record.

    `opened` is ignored until the bureau has verified the principal.
    """
    own = owns(principal, record) or (principal.reads_details and record.id in opened.brokered)
    if allowed(principal, action_of(record.kind, "read_owner_view"), own=own):
        return ViewLevel.OWNER
    if not principal.reads_details:
        return ViewLevel.ANONYMOUS
    return ViewLevel.APPROVED if record.id in opened.approved else ViewLevel.LOGGED_IN


def present(
    record: Record,
    principal: Principal,
    *,
    opened: OpenedRecords = NOTHING_OPENED,
    organisations: Mapping[UUID, Organisation] | None = None,
) -> dict[str, Any]:
    """The record as JSON values with only the fields that the principal may see, and their `view_level`.

    `organisations` (id → organisation) supplies names; an organisation that is not in it is shown without a name.
    """
    known = organisations or {}
    view_level = level(principal, record, opened=opened)
    confidential = record.publish_mode == PublishMode.CONFIDENTIAL.value
    hidden = frozenset[str]() if principal.sees_everything or owns(principal, record) else CONTACTS
    if not confidential:
        hidden |= _ALIAS
    opened_secrets = SECRETS if view_level >= ViewLevel.APPROVED and asks_undertaking(record) else frozenset()
    shown: dict[str, Any] = {
        name: to_json(_value(record, name, known))
        for name, levels in FIELD_LEVELS[record.kind].items()
        if (view_level >= levels[confidential] or name in opened_secrets) and name not in hidden
    }
    if not reads_contacts(principal, record, opened=opened):
        shown = masked(shown)
    if confidential and view_level < ViewLevel.APPROVED and record.published_at is not None:
        # To the second it would tell which other records were published with it, and so the owner.
        shown["published_at"] = to_json(day_start(record.published_at))
    return shown | {"view_level": int(view_level)}


def reads_contacts(principal: Principal, record: Record, *, opened: OpenedRecords = NOTHING_OPENED) -> bool:
    """Whether the record's contacts are shown to the principal in full, where they are shown at all: to the service
    itself and the owner, and to an office that has asked for them."""
    if principal.system or owns(principal, record):
        return True
    return principal.sees_everything and (opened.all_asked or record.id in opened.asked)


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a record with the contacts among them masked."""
    return {name: MASKS[name](value) if name in MASKS and value else value for name, value in values.items()}


def asks_undertaking(record: Record) -> bool:
    """Whether readers with the owner's approval must first give a confidentiality undertaking."""
    return getattr(record, "undertaking", UndertakingMode.NONE) != UndertakingMode.NONE


def _value(record: Record, name: str, known: Mapping[UUID, Organisation]) -> Any:
    match name:
        case "kind":
            return record.kind.value
        case "owner_name":
            return known[record.owner_org_id].name if record.owner_org_id in known else None
        case "co_org_names":
            ids = [UUID(id_) for id_ in getattr(record, "co_org_ids", ())]
            return [known[id_].name for id_ in ids if id_ in known]
        case "price_band" | "budget_band":
            prefix = name.removesuffix("_band")
            return price_band(
                getattr(record, f"{prefix}_min_wan"), getattr(record, f"{prefix}_max_wan")
            ).value
        case "indicator_names":
            return [entry["name"] for entry in getattr(record, "indicators", ())]
        case "public_alias":
            return alias(record, known.get(record.owner_org_id))
        case "affiliations":
            return [_affiliation(affiliation) for affiliation in getattr(record, "affiliations", ())]
    return getattr(record, name)


def _affiliation(affiliation: Any) -> dict[str, Any]:
    names = ("organisation_id", "position", "kind", "start", "end", "is_primary")
    return {name: getattr(affiliation, name) for name in names}
