"""The bodies of calls and answers: dictionaries with these keys and types."""

# Written by `make client` from the OpenAPI description; do not edit.

from typing import Any, Literal, NotRequired, TypedDict


class Contributor(TypedDict):
    name: str
    role: NotRequired[str | None]
    position: NotRequired[str | None]


class IndicatorInput(TypedDict):
    name: str
    op: NotRequired[str]
    value: NotRequired[float | str | None]
    low: NotRequired[float | str | None]
    high: NotRequired[float | str | None]
    unit: NotRequired[str | None]
    current: NotRequired[float | str | None]
    method: NotRequired[str | None]
    must: NotRequired[bool]


class IpRight(TypedDict):
    type: str
    number: NotRequired[str | None]
    title: NotRequired[str | None]
    status: NotRequired[str | None]
    granted_on: NotRequired[str | None]
    valid_until: NotRequired[str | None]


PublishMode = Literal["public", "confidential"]

UndertakingMode = Literal["none", "once", "renewed"]


class AchievementCreate(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    summary: NotRequired[str | None]
    trl: NotRequired[int | None]
    transfer_modes: NotRequired[list[str] | None]
    category: NotRequired[str | None]
    forms: NotRequired[list[str] | None]
    attribute: NotRequired[str | None]
    level: NotRequired[str | None]
    evaluation_type: NotRequired[str | None]
    application_status: NotRequired[str | None]
    advantages: NotRequired[str | None]
    innovations: NotRequired[list[str] | None]
    problem_solved: NotRequired[str | None]
    scenarios: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorInput] | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    registration_number: NotRequired[str | None]
    ip_list: NotRequired[list[IpRight] | None]
    ip_clear: NotRequired[bool | None]
    job_invention: NotRequired[bool | None]
    funding_source: NotRequired[str | None]
    licence_kind: NotRequired[str | None]
    price_min_wan: NotRequired[float | str | None]
    price_max_wan: NotRequired[float | str | None]
    rd_investment_wan: NotRequired[float | str | None]
    landing_requirement: NotRequired[str | None]
    co_org_ids: NotRequired[list[str] | None]
    completed_by: NotRequired[list[Contributor] | None]
    research_start: NotRequired[str | None]
    research_end: NotRequired[str | None]
    confirmed: NotRequired[list[str] | None]
    draft: NotRequired[bool]
    owner_org_id: NotRequired[str | None]
    title: str


class AchievementPatch(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    summary: NotRequired[str | None]
    trl: NotRequired[int | None]
    transfer_modes: NotRequired[list[str] | None]
    category: NotRequired[str | None]
    forms: NotRequired[list[str] | None]
    attribute: NotRequired[str | None]
    level: NotRequired[str | None]
    evaluation_type: NotRequired[str | None]
    application_status: NotRequired[str | None]
    advantages: NotRequired[str | None]
    innovations: NotRequired[list[str] | None]
    problem_solved: NotRequired[str | None]
    scenarios: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorInput] | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    registration_number: NotRequired[str | None]
    ip_list: NotRequired[list[IpRight] | None]
    ip_clear: NotRequired[bool | None]
    job_invention: NotRequired[bool | None]
    funding_source: NotRequired[str | None]
    licence_kind: NotRequired[str | None]
    price_min_wan: NotRequired[float | str | None]
    price_max_wan: NotRequired[float | str | None]
    rd_investment_wan: NotRequired[float | str | None]
    landing_requirement: NotRequired[str | None]
    co_org_ids: NotRequired[list[str] | None]
    completed_by: NotRequired[list[Contributor] | None]
    research_start: NotRequired[str | None]
    research_end: NotRequired[str | None]
    confirmed: NotRequired[list[str] | None]
    owner_org_id: NotRequired[str | None]
    title: NotRequired[str | None]


class CompletenessRead(TypedDict):
    score: int
    missing: NotRequired[list[dict[str, Any]]]


class ConfirmationRead(TypedDict):
    word: str
    by: str | None
    at: str


Op = Literal["≥", "≤", "=", "～", ">", "<"]


class IndicatorOutput(TypedDict):
    name: str
    op: NotRequired[Op]
    value: NotRequired[str | None]
    low: NotRequired[str | None]
    high: NotRequired[str | None]
    unit: NotRequired[str | None]
    current: NotRequired[str | None]
    method: NotRequired[str | None]
    must: NotRequired[bool]


MoneyBand = Literal["negotiable", "below_20", "from_20", "from_50", "from_100", "from_500"]

RecordState = Literal["draft", "submitted", "published", "closed", "withdrawn"]


class AchievementRead(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    summary: NotRequired[str | None]
    trl: NotRequired[int | None]
    transfer_modes: NotRequired[list[str] | None]
    category: NotRequired[str | None]
    forms: NotRequired[list[str] | None]
    attribute: NotRequired[str | None]
    level: NotRequired[str | None]
    evaluation_type: NotRequired[str | None]
    application_status: NotRequired[str | None]
    advantages: NotRequired[str | None]
    innovations: NotRequired[list[str] | None]
    problem_solved: NotRequired[str | None]
    scenarios: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorOutput] | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    registration_number: NotRequired[str | None]
    ip_list: NotRequired[list[IpRight] | None]
    ip_clear: NotRequired[bool | None]
    job_invention: NotRequired[bool | None]
    funding_source: NotRequired[str | None]
    licence_kind: NotRequired[str | None]
    price_min_wan: NotRequired[str | None]
    price_max_wan: NotRequired[str | None]
    rd_investment_wan: NotRequired[str | None]
    landing_requirement: NotRequired[str | None]
    co_org_ids: NotRequired[list[str] | None]
    completed_by: NotRequired[list[Contributor] | None]
    research_start: NotRequired[str | None]
    research_end: NotRequired[str | None]
    id: str
    number: str
    kind: str
    state: RecordState
    version: NotRequired[int | None]
    view_level: int
    title: str
    owner_org_id: NotRequired[str | None]
    owner_name: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    published_at: NotRequired[str | None]
    created_by: NotRequired[str | None]
    review_note: NotRequired[str | None]
    confirmed: NotRequired[list[ConfirmationRead]]
    completeness: CompletenessRead
    price_band: NotRequired[MoneyBand | None]
    indicator_names: NotRequired[list[str] | None]
    co_org_names: NotRequired[list[str] | None]
    public_alias: NotRequired[str | None]


ConsentState = Literal["not_needed", "pending", "given", "refused"]


class AffiliationRead(TypedDict):
    id: str
    manager_id: str
    manager_name: str
    organisation_id: str
    organisation_name: str
    position: str
    kind: str
    is_primary: bool
    start: str | None
    end: str | None
    active: bool
    consent: ConsentState
    consent_reference: str | None
    consent_note: str | None
    decided_at: str | None


Role = Literal[
    "operator",
    "enterprise",
    "institution",
    "manager",
    "investor",
    "system_admin",
    "security_admin",
    "auditor",
]


class ApiKeyIssued(TypedDict):
    id: str
    organisation_id: str
    name: str
    role: Role
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    last_used_address: str
    allowed_networks: list[str]
    last_refused_at: str | None
    last_refused_address: str
    key: str


class ApiKeyNew(TypedDict):
    name: str
    scopes: list[str]
    organisation_id: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    allowed_networks: NotRequired[list[str]]


class Asked(TypedDict):
    message_id: str


class AssignedPlace(TypedDict):
    demand_id: str
    achievement_id: str
    demand_title: NotRequired[str]
    achievement_title: NotRequired[str]
    demand_number: NotRequired[str]
    achievement_number: NotRequired[str]
    manager_id: str
    manager_name: NotRequired[str]
    value: float
    reason: NotRequired[str | None]


class AssignmentFigures(TypedDict):
    assigned: int
    total_value: float
    net_value: float
    missing: int
    unassigned: int
    capacity_breaches: int
    conflicts: int
    gini: float
    missing_load: NotRequired[int]


class LowLoadRead(TypedDict):
    manager_id: str
    manager_name: NotRequired[str]
    load: int
    least: int


class BottleneckRead(TypedDict):
    pairs: int
    manager_ids: list[str]
    places: int
    missing: int


class MoreCandidatesWanted(TypedDict):
    demand_id: str
    achievement_id: str
    more: int
    in_conflict: int


class MorePlacesWanted(TypedDict):
    manager_id: str
    more: int
    capacity: int


class ReliefRead(TypedDict):
    places: list[MorePlacesWanted]
    candidates: list[MoreCandidatesWanted]
    bottlenecks: list[BottleneckRead]


class ShortPair(TypedDict):
    demand_id: str
    achievement_id: str
    demand_title: NotRequired[str]
    achievement_title: NotRequired[str]
    demand_number: NotRequired[str]
    achievement_number: NotRequired[str]
    reason: str
    zh: str
    en: str
    least: int
    assigned: int
    candidates: int
    in_conflict: int
    full: int


class AssignmentRead(TypedDict):
    pairs: int
    left_out: int
    added: list[AssignedPlace]
    kept: list[AssignedPlace]
    ended: list[AssignedPlace]
    short: list[ShortPair]
    reasons: dict[str, int]
    relief: ReliefRead | None
    relief_zh: NotRequired[list[str]]
    relief_en: NotRequired[list[str]]
    below_least: NotRequired[list[LowLoadRead]]
    planned: AssignmentFigures
    present: AssignmentFigures
    singly: AssignmentFigures


class AssignmentRequest(TypedDict):
    limit: NotRequired[int]
    demand_ids: NotRequired[list[str] | None]
    keep: NotRequired[bool]
    least_load: NotRequired[int | None]


AuditFormat = Literal["ocsf", "cef"]


class AuditFaultOut(TypedDict):
    code: str
    seq: int | None
    what: str


class AuditVerificationOut(TypedDict):
    sealed: int
    waiting: int
    anchors: int
    last_seq: int
    faults_found: int
    faults: list[AuditFaultOut]


BaseLevel = Literal["national", "provincial", "municipal"]


class BaseCreate(TypedDict):
    name: str
    level: NotRequired[BaseLevel]
    organisation_id: NotRequired[str | None]
    region: NotRequired[str | None]
    designated_on: NotRequired[str | None]


class BasePatch(TypedDict):
    name: NotRequired[str | None]
    level: NotRequired[BaseLevel | None]
    organisation_id: NotRequired[str | None]
    region: NotRequired[str | None]
    designated_on: NotRequired[str | None]
    active: NotRequired[bool | None]


class BaseRead(TypedDict):
    id: str
    name: str
    level: BaseLevel
    organisation_id: str | None
    region: str | None
    designated_on: str | None
    active: bool
    version: int


BatchState = Literal["reading", "undecided", "previewed", "committing", "committed", "undone"]


class ColumnProposal(TypedDict):
    field: str
    score: float


class AskedColumn(TypedDict):
    key: str
    header: str
    field: str | None
    how: str
    samples: list[str]
    proposals: dict[str, list[ColumnProposal]]


Kind = Literal["demand", "achievement", "manager", "contract", "organisation"]


class KindProposal(TypedDict):
    kind: Kind
    score: float


class ImportQuestion(TypedDict):
    name: str
    place: str
    kind: Kind | None
    guessed: bool
    names: bool
    kinds: list[KindProposal]
    columns: list[AskedColumn]


class BatchRead(TypedDict):
    id: str
    sender: str
    file_name: str
    form: str
    sha256: str
    state: BatchState
    report: dict[str, Any]
    questions: NotRequired[list[ImportQuestion]]
    created_at: str


class CancelRequest(TypedDict):
    reason: str


class CertificateCreate(TypedDict):
    manager_id: NotRequired[str | None]
    level: Literal["primary", "intermediate", "advanced"]
    number: str
    issued_by: str
    issued_on: str
    valid_to: NotRequired[str | None]
    evidence: str


CertificateLevel = Literal["none", "primary", "intermediate", "advanced"]

CertificateState = Literal["submitted", "verified", "rejected", "revoked"]


class CertificateRead(TypedDict):
    id: str
    manager_id: str
    level: CertificateLevel
    level_zh: str
    number: str
    issued_by: str
    issued_on: str
    valid_to: str | None
    evidence: str
    evidence_name: str | None
    evidence_type: str | None
    evidence_size: int | None
    evidence_sha256: str | None
    state: CertificateState
    state_zh: str
    valid: bool
    review_note: str | None
    reviewed_at: str | None
    created_at: str
    version: int


class ChannelChange(TypedDict):
    name: NotRequired[str | None]
    enabled: NotRequired[bool | None]


ChannelKind = Literal["mail", "wecom", "dingtalk", "feishu", "webhook"]


class ChannelNew(TypedDict):
    kind: Literal["mail", "wecom", "dingtalk", "feishu"]
    name: NotRequired[str | None]
    url: NotRequired[str | None]
    secret: NotRequired[str | None]


class ChannelRead(TypedDict):
    id: str
    kind: ChannelKind
    name: str
    enabled: bool
    confirmed: bool
    created_at: str
    version: int


class VerificationMark(TypedDict):
    item: Literal["certificate", "years", "work"]
    value: str | int | None
    mark: Literal["verified", "self_declared"]
    mark_zh: Literal["已核验", "自述"]
    verified_by: str | None
    verified_on: str | None


class ClaimsRead(TypedDict):
    verification: list[VerificationMark]
    track_record: list[VerificationMark]


class ClaimsVerification(TypedDict):
    years: NotRequired[bool]
    track_record: NotRequired[list[str]]


class Code(TypedDict):
    code: str


class CommitRead(TypedDict):
    waiting: int
    batch: BatchRead


class CommitRequest(TypedDict):
    publish: NotRequired[bool]
    accept_derived: NotRequired[bool]


AmountBasis = Literal["deal", "technology"]

CountedContracts = Literal["registered", "signed"]

FilingNeed = Literal["not_required", "required"]

Parties = Literal["anywhere", "one_in_jinan", "both_in_jinan"]

ProjectUnit = Literal["engagement", "contract"]

ProjectYear = Literal["landed_on", "contract"]

Shared = Literal["split", "full"]

Window = Literal["year", "cumulative"]

YearBy = Literal["signed_on", "registered_on"]


class ConfigurationChange(TypedDict):
    project_window: NotRequired[Window | None]
    project_year_by: NotRequired[ProjectYear | None]
    project_unit: NotRequired[ProjectUnit | None]
    unstated_period: NotRequired[Window | None]
    counted_contracts: NotRequired[CountedContracts | None]
    shared_amounts: NotRequired[Shared | None]
    shared_projects: NotRequired[Shared | None]
    amount_basis: NotRequired[AmountBasis | None]
    year_by: NotRequired[YearBy | None]
    parties: NotRequired[Parties | None]
    filing: NotRequired[FilingNeed | None]
    reason: str


class ChoiceRead(TypedDict):
    question: str
    zh: str
    en: str
    choice: str
    choice_zh: str
    choice_en: str


class ConfigurationRead(TypedDict):
    choices: list[ChoiceRead]
    version: int
    reason: str | None
    decided_at: str | None


class Confirmation(TypedDict):
    confirmed: NotRequired[list[str] | None]


class ConsentGiven(TypedDict):
    reference: NotRequired[str | None]


class ConsentIn(TypedDict):
    notice_version: int


TextPurpose = Literal["undertaking", "privacy_notice"]


class ConsentOut(TypedDict):
    purpose: TextPurpose
    text_version: int
    digest: str
    given_at: str
    withdrawn_at: NotRequired[str | None]


class ConsentRefused(TypedDict):
    note: str


class ContactRead(TypedDict):
    side: str
    record_id: str
    record_number: str
    organisation: str
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]


class ContactReason(TypedDict):
    reason: str


ContestKind = Literal["project_contest", "brand_event"]


class ContestCreate(TypedDict):
    kind: ContestKind
    title: str
    description: NotRequired[str]
    venue: NotRequired[str]
    deadline: str
    starts_at: str
    ends_at: str
    capacity: NotRequired[int | None]


class ContestNote(TypedDict):
    note: NotRequired[str | None]


class ContestPatch(TypedDict):
    title: NotRequired[str | None]
    description: NotRequired[str | None]
    venue: NotRequired[str | None]
    deadline: NotRequired[str | None]
    starts_at: NotRequired[str | None]
    ends_at: NotRequired[str | None]
    capacity: NotRequired[int | None]


ContestState = Literal["draft", "open", "closed", "finished", "cancelled"]


class ContestRead(TypedDict):
    id: str
    number: str
    kind: ContestKind
    kind_zh: str
    title: str
    description: str
    venue: str
    deadline: str
    starts_at: str
    ends_at: str
    capacity: int | None
    state: ContestState
    state_zh: str
    registered: int
    waiting: int
    version: int


class Payment(TypedDict):
    name: str
    due_on: NotRequired[str | None]
    amount_wan: float | str


class Share(TypedDict):
    manager_id: str
    percent: float | str


class ContractCreate(TypedDict):
    title: str
    kind: str
    buyer_org_id: NotRequired[str | None]
    seller_org_id: NotRequired[str | None]
    fields: NotRequired[list[str] | None]
    technology_field: NotRequired[str | None]
    ip_type: NotRequired[str | None]
    plan_category: NotRequired[str | None]
    buyer_nature: NotRequired[str | None]
    buyer_region: NotRequired[str | None]
    seller_nature: NotRequired[str | None]
    seller_region: NotRequired[str | None]
    deal_amount_wan: float | str
    technology_amount_wan: float | str
    starts_on: NotRequired[str | None]
    ends_on: NotRequired[str | None]
    payments: NotRequired[list[Payment] | None]
    shares: NotRequired[list[Share] | None]
    conflict_disclosure: NotRequired[str | None]
    engagement_id: NotRequired[str | None]
    demand_id: NotRequired[str | None]
    achievement_id: NotRequired[str | None]


ContractGroup = Literal["field", "region", "month", "kind"]

ContractPart = Literal["standing", "landed", "cancelled"]


class ContractPatch(TypedDict):
    title: NotRequired[str | None]
    kind: NotRequired[str | None]
    buyer_org_id: NotRequired[str | None]
    seller_org_id: NotRequired[str | None]
    fields: NotRequired[list[str] | None]
    technology_field: NotRequired[str | None]
    ip_type: NotRequired[str | None]
    plan_category: NotRequired[str | None]
    buyer_nature: NotRequired[str | None]
    buyer_region: NotRequired[str | None]
    seller_nature: NotRequired[str | None]
    seller_region: NotRequired[str | None]
    deal_amount_wan: NotRequired[float | str | None]
    technology_amount_wan: NotRequired[float | str | None]
    starts_on: NotRequired[str | None]
    ends_on: NotRequired[str | None]
    payments: NotRequired[list[Payment] | None]
    shares: NotRequired[list[Share] | None]
    conflict_disclosure: NotRequired[str | None]
    registration_no: NotRequired[str | None]
    registered_on: NotRequired[str | None]
    reason: NotRequired[str | None]


class AmendedShareRead(TypedDict):
    manager_id: str
    manager_name: NotRequired[str | None]
    before: str
    after: str
    consented_at: NotRequired[str | None]


class Awaited(TypedDict):
    of: Literal["buyer", "seller", "manager"]
    id: str
    name: NotRequired[str | None]


ContractSide = Literal["buyer", "seller"]


class SignatureRead(TypedDict):
    side: ContractSide
    organisation_id: str
    organisation_name: NotRequired[str | None]
    signed_on: str
    version: int
    by_bureau: bool
    file_id: NotRequired[str | None]
    signed_at: str


class AmendmentRead(TypedDict):
    id: str
    kind: Literal["change", "cancel"]
    changed: list[str]
    patch: dict[str, Any]
    reason: str
    proposed_as: str
    proposed_at: str
    shares: list[AmendedShareRead]
    signatures: NotRequired[list[SignatureRead]]
    missing: NotRequired[list[ContractSide]]
    waits_for: NotRequired[list[Awaited]]
    status_zh: NotRequired[str]
    status_en: NotRequired[str]


class ConsentRead(TypedDict):
    of: Literal["buyer", "seller", "manager", "engagement"]
    id: NotRequired[str | None]
    name: NotRequired[str | None]
    state: Literal["given", "recorded_by_bureau", "missing", "none"]
    verified: NotRequired[bool | None]
    at: NotRequired[str | None]


class ContractPaymentRead(TypedDict):
    position: int
    name: str
    due_on: NotRequired[str | None]
    amount_wan: str
    paid_on: NotRequired[str | None]


class ContractShareRead(TypedDict):
    manager_id: str
    manager_name: NotRequired[str | None]
    percent: str
    amount_wan: NotRequired[str | None]
    confirmed_at: NotRequired[str | None]


ShownState = Literal["draft", "signed", "registered", "landed", "cancelled"]


class ContractRead(TypedDict):
    id: str
    number: str
    state: ShownState
    kind: str
    title: str
    engagement_id: NotRequired[str | None]
    demand_id: NotRequired[str | None]
    achievement_id: NotRequired[str | None]
    buyer_org_id: str
    buyer_name: NotRequired[str | None]
    seller_org_id: str
    seller_name: NotRequired[str | None]
    fields: list[str]
    technology_field: NotRequired[str | None]
    ip_type: NotRequired[str | None]
    plan_category: NotRequired[str | None]
    buyer_nature: NotRequired[str | None]
    buyer_region: NotRequired[str | None]
    seller_nature: NotRequired[str | None]
    seller_region: NotRequired[str | None]
    deal_amount_wan: str
    technology_amount_wan: str
    signed_on: NotRequired[str | None]
    starts_on: NotRequired[str | None]
    ends_on: NotRequired[str | None]
    registration_no: NotRequired[str | None]
    registered_on: NotRequired[str | None]
    landed_in_jinan: bool
    landed_on: NotRequired[str | None]
    conflict_disclosure: NotRequired[str | None]
    cancelled_reason: NotRequired[str | None]
    shares: list[ContractShareRead]
    payments: list[ContractPaymentRead]
    outside_engagement: bool
    signed_by_both: bool
    from_ledger: bool
    signatures: NotRequired[list[SignatureRead]]
    amendment: NotRequired[AmendmentRead | None]
    consents: NotRequired[list[ConsentRead]]
    terms_version: int
    created_at: str
    updated_at: str
    version: int


class ContractLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    count: int | None
    deal_amount_wan: str | None
    technology_amount_wan: str | None
    landed: int | None
    landed_deal_wan: str | None
    landed_technology_wan: str | None
    cancelled: int | None
    cancelled_deal_wan: str | None
    rows: str | None
    landed_rows: str | None
    cancelled_rows: str | None


ContractsRead = TypedDict(
    "ContractsRead",
    {
        "from": "str",
        "to": "str",
        "field": "str | None",
        "region": "str | None",
        "scope": "str",
        "min_cell": "int | None",
        "rule_zh": "str",
        "rule_en": "str",
        "group_by": "str | None",
        "total": "ContractLine",
        "groups": "list[ContractLine]",
    },
)

DataFormat = Literal["json", "zip"]

Decision = Literal["computed", "pending", "confirmed", "corrected"]

IdentityVerdict = Literal["same", "different"]


class DecisionNew(TypedDict):
    kept_id: str
    other_id: str
    verdict: IdentityVerdict
    note: str


class DecisionOut(TypedDict):
    id: str
    first_id: str
    second_id: str
    kept_id: str
    verdict: IdentityVerdict
    note: str
    decided_by: str | None
    decided_at: str
    undone_at: str | None


Tier = Literal["C", "D", "E"]


class DecisionSent(TypedDict):
    tier: Tier | None
    reason: NotRequired[str | None]


class Decline(TypedDict):
    reason: str
    note: NotRequired[str | None]


class DeclineRequest(TypedDict):
    reason: str


AttemptResult = Literal["delivered", "failed", "refused", "lost"]


class AttemptRead(TypedDict):
    round: int
    number: int
    result: AttemptResult
    status: int | None
    duration_ms: int | None
    error: str | None
    excerpt: str | None
    created_at: str


DeliveryState = Literal["waiting", "due", "delivered", "dead", "dropped"]


class DeliveryDetails(TypedDict):
    id: str
    message_id: str
    kind: str
    channel: ChannelKind
    address_id: str
    recipient_id: str
    state: DeliveryState
    attempts: int
    round: int
    next_at: str | None
    settled_at: str | None
    last_error: str | None
    created_at: str
    log: list[AttemptRead]


class DeliveryRead(TypedDict):
    id: str
    message_id: str
    kind: str
    channel: ChannelKind
    address_id: str
    recipient_id: str
    state: DeliveryState
    attempts: int
    round: int
    next_at: str | None
    settled_at: str | None
    last_error: str | None
    created_at: str


class DemandCheck(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    main_problem: NotRequired[str | None]
    cooperation_modes: NotRequired[list[str] | None]
    deadline: NotRequired[str | None]
    need_kind: NotRequired[str | None]
    activity_type: NotRequired[str | None]
    key_technology: NotRequired[str | None]
    expected_goal: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorInput] | None]
    scenario: NotRequired[str | None]
    benchmark: NotRequired[str | None]
    min_trl: NotRequired[int | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    budget_min_wan: NotRequired[float | str | None]
    budget_max_wan: NotRequired[float | str | None]
    payment_plan: NotRequired[str | None]
    ip_ownership: NotRequired[str | None]
    start_date: NotRequired[str | None]
    partner_requirement: NotRequired[str | None]
    preferred_partners: NotRequired[list[str] | None]
    existing_basis: NotRequired[str | None]
    public_alias: NotRequired[str | None]
    excluded_orgs: NotRequired[list[str] | None]
    confirmed: NotRequired[list[str] | None]
    draft: NotRequired[bool]
    owner_org_id: NotRequired[str | None]
    title: NotRequired[str | None]


Severity = Literal["high", "medium", "low"]


class FindingRead(TypedDict):
    code: str
    field: str
    severity: Severity
    zh: str
    en: str
    question_zh: str
    question_en: str
    excerpt: NotRequired[str | None]


class ClarityRead(TypedDict):
    score: int
    parts: dict[str, int]
    findings: list[FindingRead]


class AdditionOut(TypedDict):
    code: str
    field: str
    zh: str
    en: str


class MatchOut(TypedDict):
    rank: int
    score: float
    good: bool
    record: dict[str, Any]
    reasons: dict[str, Any]
    similar: NotRequired[list[str]]


class MatchesOut(TypedDict):
    items: list[MatchOut]
    threshold: float
    no_good_match: dict[str, Any] | None
    excluded: NotRequired[list[str]]
    to_add: NotRequired[list[AdditionOut]]
    confidence: float | None
    left_out: dict[str, int]
    model_version: str
    index_position: int
    computed_at: str


class DemandCheckOut(TypedDict):
    clarity: ClarityRead
    matches: MatchesOut


class DemandCreate(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    main_problem: NotRequired[str | None]
    cooperation_modes: NotRequired[list[str] | None]
    deadline: NotRequired[str | None]
    need_kind: NotRequired[str | None]
    activity_type: NotRequired[str | None]
    key_technology: NotRequired[str | None]
    expected_goal: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorInput] | None]
    scenario: NotRequired[str | None]
    benchmark: NotRequired[str | None]
    min_trl: NotRequired[int | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    budget_min_wan: NotRequired[float | str | None]
    budget_max_wan: NotRequired[float | str | None]
    payment_plan: NotRequired[str | None]
    ip_ownership: NotRequired[str | None]
    start_date: NotRequired[str | None]
    partner_requirement: NotRequired[str | None]
    preferred_partners: NotRequired[list[str] | None]
    existing_basis: NotRequired[str | None]
    public_alias: NotRequired[str | None]
    excluded_orgs: NotRequired[list[str] | None]
    confirmed: NotRequired[list[str] | None]
    draft: NotRequired[bool]
    owner_org_id: NotRequired[str | None]
    title: str


class DemandPatch(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    main_problem: NotRequired[str | None]
    cooperation_modes: NotRequired[list[str] | None]
    deadline: NotRequired[str | None]
    need_kind: NotRequired[str | None]
    activity_type: NotRequired[str | None]
    key_technology: NotRequired[str | None]
    expected_goal: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorInput] | None]
    scenario: NotRequired[str | None]
    benchmark: NotRequired[str | None]
    min_trl: NotRequired[int | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    budget_min_wan: NotRequired[float | str | None]
    budget_max_wan: NotRequired[float | str | None]
    payment_plan: NotRequired[str | None]
    ip_ownership: NotRequired[str | None]
    start_date: NotRequired[str | None]
    partner_requirement: NotRequired[str | None]
    preferred_partners: NotRequired[list[str] | None]
    existing_basis: NotRequired[str | None]
    public_alias: NotRequired[str | None]
    excluded_orgs: NotRequired[list[str] | None]
    confirmed: NotRequired[list[str] | None]
    owner_org_id: NotRequired[str | None]
    title: NotRequired[str | None]


class DemandRead(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    publish_mode: NotRequired[PublishMode | None]
    undertaking: NotRequired[UndertakingMode | None]
    confidential_note: NotRequired[str | None]
    main_problem: NotRequired[str | None]
    cooperation_modes: NotRequired[list[str] | None]
    deadline: NotRequired[str | None]
    need_kind: NotRequired[str | None]
    activity_type: NotRequired[str | None]
    key_technology: NotRequired[str | None]
    expected_goal: NotRequired[str | None]
    indicators: NotRequired[list[IndicatorOutput] | None]
    scenario: NotRequired[str | None]
    benchmark: NotRequired[str | None]
    min_trl: NotRequired[int | None]
    strategic_fields: NotRequired[list[str] | None]
    jinan_industry: NotRequired[str | None]
    budget_min_wan: NotRequired[str | None]
    budget_max_wan: NotRequired[str | None]
    payment_plan: NotRequired[str | None]
    ip_ownership: NotRequired[str | None]
    start_date: NotRequired[str | None]
    partner_requirement: NotRequired[str | None]
    preferred_partners: NotRequired[list[str] | None]
    existing_basis: NotRequired[str | None]
    public_alias: NotRequired[str | None]
    excluded_orgs: NotRequired[list[str] | None]
    id: str
    number: str
    kind: str
    state: RecordState
    version: NotRequired[int | None]
    view_level: int
    title: str
    owner_org_id: NotRequired[str | None]
    owner_name: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    published_at: NotRequired[str | None]
    created_by: NotRequired[str | None]
    review_note: NotRequired[str | None]
    confirmed: NotRequired[list[ConfirmationRead]]
    completeness: CompletenessRead
    budget_band: NotRequired[MoneyBand | None]
    indicator_names: NotRequired[list[str] | None]


class ManagerSummary(TypedDict):
    id: str
    number: str
    name: str


class PushEnd(TypedDict):
    code: str
    zh: str
    en: str


class PushReasons(TypedDict):
    pair: NotRequired[dict[str, Any]]
    manager: NotRequired[dict[str, Any]]


PushState = Literal["new", "read", "later", "accepted", "declined", "expired", "cancelled"]


class RecordSummary(TypedDict):
    id: str
    number: str
    kind: str
    state: str
    title: NotRequired[str | None]
    text: NotRequired[str | None]
    fields: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    min_trl: NotRequired[int | None]
    trl: NotRequired[int | None]
    cooperation_modes: NotRequired[list[str] | None]
    transfer_modes: NotRequired[list[str] | None]
    deadline: NotRequired[str | None]
    budget_band: NotRequired[str | None]
    price_band: NotRequired[str | None]
    publish_mode: NotRequired[str | None]
    owner_org_id: NotRequired[str | None]
    owner_name: NotRequired[str | None]
    public_alias: NotRequired[str | None]
    view_level: NotRequired[int | None]


class ChangedField(TypedDict):
    record: str
    field: str
    zh: str
    en: str


class WhyAgain(TypedDict):
    code: str
    reason: NotRequired[str | None]
    changed: list[ChangedField]
    score_before: float
    score_now: float
    zh: str
    en: str


class PushRead(TypedDict):
    id: str
    state: PushState
    engagement_id: NotRequired[str | None]
    allowed: list[str]
    not_acceptable: NotRequired[PushEnd | None]
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    similar: NotRequired[list[str]]
    pair_score: float
    manager_score: float
    rank_score: float
    reasons: PushReasons
    model_version: str
    created_at: str
    expires_at: str
    read_at: NotRequired[str | None]
    snoozed_until: NotRequired[str | None]
    answered_at: NotRequired[str | None]
    decline_reason: NotRequired[str | None]
    note: NotRequired[str | None]
    ended_reason: NotRequired[str | None]
    ended: NotRequired[PushEnd | None]
    ended_at: NotRequired[str | None]
    round: int
    pushed_at: str
    why_again: NotRequired[WhyAgain | None]
    answer_due_at: NotRequired[str | None]
    undo_until: NotRequired[str | None]
    version: int


class DigestPushes(TypedDict):
    id: str
    manager_id: str
    day: str
    frequency: str
    items: list[dict[str, Any]]
    created_at: str
    pushes: list[PushRead]


class TextPlace(TypedDict):
    start: NotRequired[int | None]
    end: NotRequired[int | None]
    cell: NotRequired[str]
    quote: str


class Suggestion(TypedDict):
    field: str
    value: Any
    label: NotRequired[str]
    score: NotRequired[float | None]
    how: NotRequired[str]
    note: NotRequired[str]
    place: TextPlace


class DraftSuggestion(TypedDict):
    kind: Kind
    text: str
    suggestions: list[Suggestion]
    fields: dict[str, Any]
    missing: list[str]


class DraftText(TypedDict):
    kind: NotRequired[Kind]
    text: str


Evidence = Literal["same_name", "former_name", "branch", "alias", "part", "similar_name"]


class EvidenceOut(TypedDict):
    code: Evidence
    zh: str
    en: str


class FormerName(TypedDict):
    name: str
    since: NotRequired[str | None]
    until: NotRequired[str | None]


OrganisationKind = Literal["enterprise", "university", "institute", "agency", "investor", "bureau"]


class OrganisationOut(TypedDict):
    id: str
    name: str
    uscc: str | None
    code_exemption: str | None
    kind: OrganisationKind
    region: str
    aliases: list[str]
    former_names: list[FormerName]
    parent_id: str | None
    merged_into_id: str | None
    verified_at: str | None
    created_at: str
    version: int


class DuplicateOut(TypedDict):
    first: OrganisationOut
    second: OrganisationOut
    evidence: list[EvidenceOut]
    similarity: int


class DuplicatesOut(TypedDict):
    items: list[DuplicateOut]
    total: int


ParticipantRole = Literal["scientist", "entrepreneur", "manager", "investor"]

ParticipantState = Literal["invited", "consented", "declined", "left"]


class ParticipantRead(TypedDict):
    id: str
    role: ParticipantRole
    side: NotRequired[Literal["demand", "achievement"] | None]
    state: ParticipantState
    name: NotRequired[str | None]
    manager_id: NotRequired[str | None]
    is_lead: NotRequired[bool]
    mine: NotRequired[bool]
    invited_at: str
    answered_at: NotRequired[str | None]
    left_at: NotRequired[str | None]
    files_opened_by: NotRequired[list[Literal["demand", "achievement"]]]
    review: NotRequired[Literal["waiting", "refused"] | None]


class ShareRead(TypedDict):
    manager_id: str
    percent: str
    confirmed_at: NotRequired[str | None]


ParticipantSide = Literal["demand", "achievement"]


class UndertakingGiven(TypedDict):
    participant_id: str
    user_id: str
    name: NotRequired[str | None]
    text_version: int
    digest: str
    language: Literal["zh", "en"]
    accepted_at: str


class SideUndertaking(TypedDict):
    side: ParticipantSide
    mode: UndertakingMode
    owed: bool
    given: list[UndertakingGiven]


Stage = Literal["proposed", "contacted", "meeting", "negotiating", "signed", "landed", "ended"]


class StageMoveRead(TypedDict):
    from_stage: NotRequired[Stage | None]
    to_stage: Stage
    reason: NotRequired[str | None]
    note: str
    moved_as: str
    moved_at: str


class EngagementRead(TypedDict):
    id: str
    number: str
    stage: Stage
    ended_reason: NotRequired[str | None]
    opened_at: str
    stage_since: str
    agreed_at: NotRequired[str | None]
    push_id: NotRequired[str | None]
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    version: int
    participants: list[ParticipantRead]
    undertakings: NotRequired[list[SideUndertaking]]
    moves: list[StageMoveRead]
    shares: list[ShareRead]
    allowed: list[Stage]
    under_review: NotRequired[list[str] | None]


class AlternativeRead(TypedDict):
    question: str
    question_zh: str
    choice: str
    choice_zh: str
    tier: Tier | None


class ContractLineRead(TypedDict):
    contract_id: str | None
    number: str
    title: str
    version: int
    share: str
    year: int | None
    amount_wan: str
    in_year: bool
    in_total: bool
    amount_reason: str | None
    projects: str
    project_reason: str | None
    reasons_zh: list[str]
    reasons_en: list[str]


class CertificateLine(TypedDict):
    level: CertificateLevel
    level_zh: str
    number: str
    valid_to: str | None


class FiguresRead(TypedDict):
    landed_projects: str
    amount_year_wan: str
    amount_total_wan: str
    certificate: CertificateLine | None
    filed: bool


class ConditionRead(TypedDict):
    name: str
    needed: str | None
    actual: str | None
    gap: str | None
    holds: bool
    zh: str
    en: str


class MissingRead(TypedDict):
    rule_id: str
    tier: Tier
    conditions: list[ConditionRead]


class RecognisedRead(TypedDict):
    tier: str
    year: int


Wording = Literal["may", "is"]


class RuleOutcomeRead(TypedDict):
    rule_id: str
    tier: Tier
    wording: Wording
    wording_zh: str
    holds: bool
    conditions: list[ConditionRead]


class SourceRead(TypedDict):
    number: str
    title: str
    issuer: str
    published_on: str


class TierRead(TypedDict):
    manager_id: str
    manager_number: str
    manager_name: str
    year: int
    day: str
    tier: Tier | None
    tier_zh: str | None
    wording: Wording | None
    wording_zh: str | None
    rule_id: str | None
    rule_set: str
    source: SourceRead
    configuration: list[ChoiceRead]
    configuration_version: int | None
    figures: FiguresRead
    contracts: list[ContractLineRead]
    rules: list[RuleOutcomeRead]
    next_tier: Tier | None
    missing: list[MissingRead]
    alternatives: list[AlternativeRead]
    recognised: RecognisedRead | None


class EntryDetail(TypedDict):
    id: str
    round_id: str
    manager_id: str
    manager_number: str
    manager_name: str
    computed_tier: Tier | None
    rule_id: str | None
    figures: dict[str, Any]
    tier: Tier | None
    decision: Decision
    reason: str | None
    decided_at: str | None
    doubt: str | None
    doubted_at: str | None
    withdrawn_at: str | None
    review_reason: str | None
    reviewed_at: str | None
    version: int
    digest: str
    evaluation: TierRead


class ErasureIn(TypedDict):
    password: str


EventState = Literal["waiting", "done", "dead"]


class EventOut(TypedDict):
    id: str
    name: str
    state: EventState
    subject_id: str | None
    payload: dict[str, Any]
    created_at: str
    available_at: str
    attempts: int
    leased_until: str | None
    done_at: str | None
    dead_at: str | None
    last_error: str | None


class FeedKey(TypedDict):
    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    alg: Literal["EdDSA"]
    use: Literal["sig"]


RecordKind = Literal["achievement", "demand", "manager"]


class FeedEntry(TypedDict):
    op: Literal["upsert", "delete"]
    kind: RecordKind
    id: str
    record: NotRequired[dict[str, Any] | None]


class FeedPage(TypedDict):
    format: Literal["sanku-feed/1"]
    origin: str
    agreement: str
    cursor: str | None
    entries: list[FeedEntry]
    next: str
    more: bool


FileFormat = Literal["csv", "xlsx"]


class FileRead(TypedDict):
    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: str


class FilingCreate(TypedDict):
    manager_id: NotRequired[str | None]
    statement: NotRequired[str]


class FilingMoveRead(TypedDict):
    name: str
    from_state: str | None
    to_state: str
    note: str
    moved_by: str | None
    moved_at: str


class FilingNote(TypedDict):
    note: NotRequired[str | None]


class FilingPatch(TypedDict):
    statement: str


FilingState = Literal[
    "draft", "submitted", "returned", "filed", "renewing", "suspended", "expired", "cancelled"
]


class FilingRead(TypedDict):
    id: str
    manager_id: str
    manager_name: str
    filing_number: str | None
    state: FilingState
    state_zh: str
    allowed: list[str]
    in_force: bool
    statement: str
    pledge_version: str | None
    pledge_signed_at: str | None
    submitted_at: str | None
    reviewed_at: str | None
    review_note: str | None
    valid_from: str | None
    valid_to: str | None
    created_at: str
    version: int


class FirstStep(TypedDict):
    challenge: str


Format = Literal["json", "csv", "xlsx"]


class FormulaFigureRead(TypedDict):
    name: str
    name_zh: str
    name_en: str
    weight: str
    full_at: str | None


class FormulaRead(TypedDict):
    id: str
    title_zh: str
    title_en: str
    figures: list[FormulaFigureRead]
    rule_zh: str
    rule_en: str


class ReasonLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    count: int | None
    rows: str | None


class StepLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    group: str | None
    group_zh: str | None
    group_en: str | None
    count: int | None
    of_published: float | None
    of_previous: float | None
    rows: str | None


FunnelRead = TypedDict(
    "FunnelRead",
    {
        "from": "str",
        "to": "str",
        "field": "str | None",
        "region": "str | None",
        "scope": "str",
        "min_cell": "int | None",
        "rule_zh": "str",
        "rule_en": "str",
        "steps": "list[StepLine]",
        "ended": "list[ReasonLine]",
    },
)


class GapLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    demands: int | None
    with_good: int | None
    without_good: int | None
    too_immature: int | None
    achievements: int | None
    unwanted: int | None
    good_achievements: int | None
    good_per_demand: float | None
    gap_score: float | None
    rows: dict[str, str]


GapsRead = TypedDict(
    "GapsRead",
    {
        "from": "str",
        "to": "str",
        "field": "str | None",
        "region": "str | None",
        "scope": "str",
        "min_cell": "int | None",
        "rule_zh": "str",
        "rule_en": "str",
        "formula": "str",
        "fields": "list[GapLine]",
    },
)


class HeadersPut(TypedDict):
    headers: dict[str, str | None]
    kind: NotRequired[Kind | None]
    sender: NotRequired[str | None]


class HeadersRead(TypedDict):
    sender: str
    headers: dict[str, str]


class InvitationAcceptance(TypedDict):
    token: str
    name: str
    password: str
    notice_version: int


class InvitationNew(TypedDict):
    email: str
    role: Role
    administrator: NotRequired[bool]
    organisation_id: NotRequired[str | None]


class InvitationOut(TypedDict):
    id: str
    email: str
    organisation_id: str
    role: Role
    administrator: bool
    created_by: str | None
    created_at: str
    expires_at: str


class InvitationRequest(TypedDict):
    role: ParticipantRole
    manager_id: NotRequired[str | None]
    organisation_id: NotRequired[str | None]
    user_id: NotRequired[str | None]


class KeptOut(TypedDict):
    place: str
    zh: str
    en: str


class LandRequest(TypedDict):
    landed_on: str
    landed_in_jinan: bool
    reason: NotRequired[str | None]


class Later(TypedDict):
    until: str


class LegalTextNew(TypedDict):
    zh: str
    en: str
    replaces: int


class LegalTextOut(TypedDict):
    purpose: TextPurpose
    version: int
    zh: str
    en: str
    digest: str
    published_at: NotRequired[str | None]


class LegalTextVersionOut(TypedDict):
    version: int
    digest: str
    published_at: NotRequired[str | None]


class LevelRead(TypedDict):
    day: str
    level: CertificateLevel
    level_zh: str
    certificate_id: str | None
    number: str | None
    valid_to: str | None


class LikelySideRead(TypedDict):
    id: str
    number: str
    title: str
    owner: str
    is_anonymous: bool
    source: str
    created_at: str
    published_at: str | None
    text: str
    keys: list[str]
    people: list[str]


class SameEvidenceRead(TypedDict):
    zh: str
    en: str


class LikelyRecordsRead(TypedDict):
    first: LikelySideRead
    second: LikelySideRead
    evidence: list[SameEvidenceRead]
    has_same_key: bool


class LikelyRecordListRead(TypedDict):
    items: list[LikelyRecordsRead]
    total: int


class LinkToken(TypedDict):
    token: str


ListAudience = Literal["public", "members"]

ListFormat = Literal["xlsx", "csv", "jsonl"]


class MailChange(TypedDict):
    email: str
    password: str


class UserOut(TypedDict):
    id: str
    email: str
    name: str
    role: Role
    organisation_id: str | None
    active: bool
    administrator: bool
    created_at: str
    version: int


class MailboxConfirmed(TypedDict):
    purpose: Literal["register", "change_mail"]
    organisation: OrganisationOut | None
    user: UserOut


class MailboxIn(TypedDict):
    email: str


class AffiliationFields(TypedDict):
    start: NotRequired[str | None]
    end: NotRequired[str | None]
    organisation_id: str
    position: NotRequired[str]
    kind: NotRequired[str]
    is_primary: NotRequired[bool]


class BrokeredWorkInput(TypedDict):
    title: str
    contract_type: NotRequired[str | None]
    amount_wan: NotRequired[float | str | None]
    year: NotRequired[int | None]
    landed_in_jinan: NotRequired[bool]


class Certificate(TypedDict):
    level: str
    number: NotRequired[str | None]
    issued_by: NotRequired[str | None]
    issued_on: NotRequired[str | None]
    valid_to: NotRequired[str | None]


class DeclaredConflict(TypedDict):
    start: NotRequired[str | None]
    end: NotRequired[str | None]
    organisation_id: NotRequired[str | None]
    organisation_code: NotRequired[str | None]
    organisation_name: NotRequired[str | None]
    record_id: NotRequired[str | None]
    kind: NotRequired[str | None]
    note: NotRequired[str | None]


class Leave(TypedDict):
    start: str
    end: str


class ManagerCreate(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    expertise: NotRequired[str | None]
    regions: NotRequired[list[str] | None]
    languages: NotRequired[list[str] | None]
    service_kinds: NotRequired[list[str] | None]
    employer_type: NotRequired[str | None]
    full_time: NotRequired[bool | None]
    years: NotRequired[int | None]
    capacity: NotRequired[int | None]
    certificates: NotRequired[list[Certificate] | None]
    track_record: NotRequired[list[BrokeredWorkInput] | None]
    declared_conflicts: NotRequired[list[DeclaredConflict] | None]
    accepts_pushes: NotRequired[bool | None]
    leave: NotRequired[list[Leave] | None]
    affiliations: NotRequired[list[AffiliationFields] | None]
    user_id: NotRequired[str | None]
    confirmed: NotRequired[list[str] | None]
    draft: NotRequired[bool]
    owner_org_id: NotRequired[str | None]
    title: str


class ManagerPatch(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    expertise: NotRequired[str | None]
    regions: NotRequired[list[str] | None]
    languages: NotRequired[list[str] | None]
    service_kinds: NotRequired[list[str] | None]
    employer_type: NotRequired[str | None]
    full_time: NotRequired[bool | None]
    years: NotRequired[int | None]
    capacity: NotRequired[int | None]
    certificates: NotRequired[list[Certificate] | None]
    track_record: NotRequired[list[BrokeredWorkInput] | None]
    declared_conflicts: NotRequired[list[DeclaredConflict] | None]
    accepts_pushes: NotRequired[bool | None]
    leave: NotRequired[list[Leave] | None]
    affiliations: NotRequired[list[AffiliationFields] | None]
    user_id: NotRequired[str | None]
    confirmed: NotRequired[list[str] | None]
    owner_org_id: NotRequired[str | None]
    title: NotRequired[str | None]


class BrokeredWorkOutput(TypedDict):
    title: str
    contract_type: NotRequired[str | None]
    amount_wan: NotRequired[str | None]
    year: NotRequired[int | None]
    landed_in_jinan: NotRequired[bool]


class Honour(TypedDict):
    name: str
    year: int
    issuer: str


class ManagerRead(TypedDict):
    keywords: NotRequired[list[str] | None]
    fields: NotRequired[list[str] | None]
    industries: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[str | None]
    contact_name: NotRequired[str | None]
    contact_phone: NotRequired[str | None]
    contact_email: NotRequired[str | None]
    source: NotRequired[str | None]
    source_ref: NotRequired[str | None]
    valid_until: NotRequired[str | None]
    expertise: NotRequired[str | None]
    regions: NotRequired[list[str] | None]
    languages: NotRequired[list[str] | None]
    service_kinds: NotRequired[list[str] | None]
    employer_type: NotRequired[str | None]
    full_time: NotRequired[bool | None]
    years: NotRequired[int | None]
    capacity: NotRequired[int | None]
    certificates: NotRequired[list[Certificate] | None]
    track_record: NotRequired[list[BrokeredWorkOutput] | None]
    declared_conflicts: NotRequired[list[DeclaredConflict] | None]
    accepts_pushes: NotRequired[bool | None]
    leave: NotRequired[list[Leave] | None]
    affiliations: NotRequired[list[AffiliationFields] | None]
    user_id: NotRequired[str | None]
    id: str
    number: str
    kind: str
    state: RecordState
    version: int
    view_level: int
    title: str
    owner_org_id: NotRequired[str | None]
    owner_name: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    published_at: NotRequired[str | None]
    created_by: NotRequired[str | None]
    review_note: NotRequired[str | None]
    confirmed: NotRequired[list[ConfirmationRead]]
    completeness: CompletenessRead
    certificate_level: NotRequired[CertificateLevel | None]
    recognised_tier: NotRequired[Literal["C", "D", "E"] | None]
    recognised_year: NotRequired[int | None]
    honours: NotRequired[list[Honour] | None]
    verification: NotRequired[list[VerificationMark] | None]
    track_record_verification: NotRequired[list[VerificationMark] | None]
    filing_number: NotRequired[str | None]
    filing_state: NotRequired[str | None]
    filing_valid_to: NotRequired[str | None]


class ManagerLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    got: int | None
    read: int | None
    accepted: int | None
    declined: int | None
    waiting: int | None
    unanswered: int | None
    cancelled: int | None
    rows: dict[str, str]
    number: str
    median_answer_hours: float | None
    engagements: int | None
    open: int | None
    signed: int | None
    landed: int | None
    ended: int | None
    contracts: int | None
    contract_amount_wan: str | None


ManagersRead = TypedDict(
    "ManagersRead",
    {
        "from": "str",
        "to": "str",
        "field": "str | None",
        "region": "str | None",
        "scope": "str",
        "min_cell": "int | None",
        "rule_zh": "str",
        "rule_en": "str",
        "items": "list[ManagerLine]",
        "next_cursor": "str | None",
    },
)


class ApiKeyOut(TypedDict):
    id: str
    organisation_id: str
    name: str
    role: Role
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    last_used_address: str
    allowed_networks: list[str]
    last_refused_at: str | None
    last_refused_address: str


RecordScope = Literal["none", "own", "any"]


class Me(TypedDict):
    user: UserOut | None
    api_key: ApiKeyOut | None
    organisation: OrganisationOut | None
    role: Role
    manager_id: str | None
    permissions: dict[str, RecordScope]


class ModelOut(TypedDict):
    version: str
    active: bool
    state: str
    parent: str | None
    trained_from: str | None
    trained_to: str | None
    judgements: int
    metrics: dict[str, Any]
    document: dict[str, Any]
    created_at: str | None


SpaceState = Literal["serving", "filling", "kept"]


class SpaceOut(TypedDict):
    model_id: str
    state: SpaceState
    held: bool
    records: int
    done: int
    since: str
    seconds_left: int | None


class ModelsOut(TypedDict):
    items: list[ModelOut]
    spaces: list[SpaceOut]


class MoveRequest(TypedDict):
    to: Stage
    note: str
    reason: NotRequired[str | None]


class NewPassword(TypedDict):
    new_password: str


class Note(TypedDict):
    note: str


class NoteRequest(TypedDict):
    text: str


class NoticeCount(TypedDict):
    unread: int


NoticeGroup = Literal[
    "invitations",
    "stages",
    "tasks",
    "contracts",
    "filings",
    "certificates",
    "recognition",
    "objections",
    "contests",
    "records",
    "organisation",
    "account",
]

NoticeChannel = Literal["mail", "robot"]


class NoticePreferencesIn(TypedDict):
    channels: dict[str, list[NoticeChannel]]


class NoticePreferencesRead(TypedDict):
    channels: dict[str, list[NoticeChannel]]
    version: int


class NoticeRead(TypedDict):
    id: str
    type: str
    group: NoticeGroup
    zh: str
    en: str
    path: str
    subject_id: str | None
    urgent: bool
    created_at: str
    read_at: str | None


class NoticesMarked(TypedDict):
    marked: int


class ObjectionAnswer(TypedDict):
    upheld: bool
    answer: str
    tier: NotRequired[Tier | None]


class ObjectionCreate(TypedDict):
    manager_id: NotRequired[str | None]
    text: str


class ObjectionRead(TypedDict):
    id: str
    round_id: str
    entry_id: str
    manager_id: str
    text: str
    state: str
    answer: str | None
    raised_at: str
    answered_at: str | None


OperatorTieKind = Literal["former_post", "member", "relative", "holding", "other"]


class OperatorTieNew(TypedDict):
    party: str
    kind: OperatorTieKind
    user_id: NotRequired[str | None]


class OperatorTieOut(TypedDict):
    id: str
    user_id: str
    user_name: str
    organisation_id: str | None
    manager_id: str | None
    party: str
    kind: OperatorTieKind
    kind_zh: str
    kind_en: str
    declared_at: str
    withdrawable: bool


class OrganisationChange(TypedDict):
    name: NotRequired[str | None]
    kind: NotRequired[OrganisationKind | None]
    region: NotRequired[str | None]
    uscc: NotRequired[str | None]
    aliases: NotRequired[list[str] | None]
    former_names: NotRequired[list[FormerName] | None]
    code_exemption: NotRequired[str | None]
    parent_id: NotRequired[str | None]


class OrganisationNew(TypedDict):
    name: str
    kind: OrganisationKind
    region: str
    uscc: NotRequired[str | None]
    aliases: NotRequired[list[str]]
    former_names: NotRequired[list[FormerName]]
    parent_id: NotRequired[str | None]
    code_exemption: NotRequired[str | None]


Outcome = Literal["accepted", "declined", "waiting", "unanswered", "cancelled"]


class OwnConfirmation(TypedDict):
    password: NotRequired[str | None]
    code: NotRequired[str | None]


class OwnerAnswerIn(TypedDict):
    interested: bool
    reason: NotRequired[str | None]
    note: NotRequired[str | None]


Side = Literal["demand", "achievement"]


class OwnerAnswerRead(TypedDict):
    demand_id: str
    achievement_id: str
    side: Side
    interested: bool
    reason: str | None
    note: str | None
    answered_at: str
    version: int


class OwnerPreferencesIn(TypedDict):
    digest_hour: NotRequired[int]
    weekday: NotRequired[int]
    quiet_from: NotRequired[str | None]
    quiet_until: NotRequired[str | None]
    on_days_off: NotRequired[bool]
    minimum_score: NotRequired[float | None]
    frequency: NotRequired[Literal["daily", "weekly", "none"]]


class OwnerPreferencesRead(TypedDict):
    digest_hour: NotRequired[int]
    weekday: NotRequired[int]
    quiet_from: NotRequired[str | None]
    quiet_until: NotRequired[str | None]
    on_days_off: NotRequired[bool]
    minimum_score: NotRequired[float | None]
    frequency: NotRequired[Literal["daily", "weekly", "none"]]
    version: int


class PageOfAffiliationRead(TypedDict):
    items: list[AffiliationRead]
    next_cursor: str | None


class PageOfApiKeyOut(TypedDict):
    items: list[ApiKeyOut]
    next_cursor: str | None


class AuditEntryOut(TypedDict):
    id: str
    created_at: str
    user_id: str | None
    api_key_id: str | None
    organisation_id: str | None
    action: str
    subject_id: str | None
    details: str
    address: str
    succeeded: bool


class PageOfAuditEntryOut(TypedDict):
    items: list[AuditEntryOut]
    next_cursor: str | None


class PageOfBaseRead(TypedDict):
    items: list[BaseRead]
    next_cursor: str | None


class PageOfBatchRead(TypedDict):
    items: list[BatchRead]
    next_cursor: str | None


class PageOfCertificateRead(TypedDict):
    items: list[CertificateRead]
    next_cursor: str | None


class PageOfChannelRead(TypedDict):
    items: list[ChannelRead]
    next_cursor: str | None


class PageOfContestRead(TypedDict):
    items: list[ContestRead]
    next_cursor: str | None


class PageOfContractRead(TypedDict):
    items: list[ContractRead]
    next_cursor: str | None


class ContractVersionRead(TypedDict):
    version: int
    action: str
    reason: str
    author_role: str
    author_name: NotRequired[str | None]
    changed_at: str
    changed_fields: list[str]
    data: dict[str, Any]


class PageOfContractVersionRead(TypedDict):
    items: list[ContractVersionRead]
    next_cursor: str | None


class PageOfDecisionOut(TypedDict):
    items: list[DecisionOut]
    next_cursor: str | None


class PageOfDeliveryRead(TypedDict):
    items: list[DeliveryRead]
    next_cursor: str | None


class DemandReached(TypedDict):
    demand: RecordSummary
    step: str


class PageOfDemandReached(TypedDict):
    items: list[DemandReached]
    next_cursor: str | None


class DigestRead(TypedDict):
    id: str
    manager_id: str
    day: str
    frequency: str
    items: list[dict[str, Any]]
    created_at: str


class PageOfDigestRead(TypedDict):
    items: list[DigestRead]
    next_cursor: str | None


class EngagementRow(TypedDict):
    id: str
    number: str
    stage: Stage
    ended_reason: NotRequired[str | None]
    opened_at: str
    stage_since: str
    agreed_at: NotRequired[str | None]
    push_id: NotRequired[str | None]
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    version: int


class PageOfEngagementRow(TypedDict):
    items: list[EngagementRow]
    next_cursor: str | None


class PageOfEventOut(TypedDict):
    items: list[EventOut]
    next_cursor: str | None


class PageOfFileRead(TypedDict):
    items: list[FileRead]
    next_cursor: str | None


class PageOfFilingRead(TypedDict):
    items: list[FilingRead]
    next_cursor: str | None


class PageOfInvitationOut(TypedDict):
    items: list[InvitationOut]
    next_cursor: str | None


class PageOfNoticeRead(TypedDict):
    items: list[NoticeRead]
    next_cursor: str | None


class PageOfObjectionRead(TypedDict):
    items: list[ObjectionRead]
    next_cursor: str | None


class PageOfOperatorTieOut(TypedDict):
    items: list[OperatorTieOut]
    next_cursor: str | None


class PageOfOrganisationOut(TypedDict):
    items: list[OrganisationOut]
    next_cursor: str | None


class OwnerNews(TypedDict):
    kind: str
    record_id: str
    count: int
    others: list[str]
    zh: str
    en: str


class OwnerDigestRead(TypedDict):
    id: str
    day: str
    items: list[OwnerNews]
    created_at: str


class PageOfOwnerDigestRead(TypedDict):
    items: list[OwnerDigestRead]
    next_cursor: str | None


class PairOut(TypedDict):
    demand: dict[str, Any]
    achievement: dict[str, Any]
    score: float
    reasons: dict[str, Any]
    model_version: str
    computed_at: str


class PageOfPairOut(TypedDict):
    items: list[PairOut]
    next_cursor: str | None


PartnerLevel = Literal["public", "verified"]


class PartnerAgreementRead(TypedDict):
    id: str
    organisation_id: str
    libraries: dict[str, list[str]]
    publish_modes: list[PublishMode]
    level: PartnerLevel
    regions: list[str]
    all_regions: bool
    starts_on: str
    ends_on: str | None
    basis: str
    agreed_by: str
    created_by: str | None
    created_at: str
    ended_at: str | None
    in_force: bool
    version: int


class PageOfPartnerAgreementRead(TypedDict):
    items: list[PartnerAgreementRead]
    next_cursor: str | None


class PendingRegistration(TypedDict):
    id: str
    email: str
    organisation_name: str
    uscc: str | None
    name: str
    role: Role
    created_at: str
    expires_at: str


class PageOfPendingRegistration(TypedDict):
    items: list[PendingRegistration]
    next_cursor: str | None


class ContributionRead(TypedDict):
    name: str
    name_zh: str
    value: str
    weight: str
    full_at: str
    points: str


class PlaceRead(TypedDict):
    place: int
    manager_id: str
    name: str
    points: str
    contributions: list[ContributionRead]
    honour: str | None


class PageOfPlaceRead(TypedDict):
    items: list[PlaceRead]
    next_cursor: str | None


class PlacingRead(TypedDict):
    place: int | None
    name: str
    project: str | None
    points: str | None
    award: str | None


class PageOfPlacingRead(TypedDict):
    items: list[PlacingRead]
    next_cursor: str | None


class PageOfPushRead(TypedDict):
    items: list[PushRead]
    next_cursor: str | None


class PushRoundRead(TypedDict):
    id: str
    push_id: str
    round: int
    pushed_at: str
    answered_at: str | None
    outcome: str
    reason: NotRequired[str | None]
    manager_id: str
    manager_name: str
    demand: RecordSummary
    achievement: RecordSummary


class PageOfPushRoundRead(TypedDict):
    items: list[PushRoundRead]
    next_cursor: str | None


class HonourFor(TypedDict):
    name: str
    first_place: NotRequired[int]
    last_place: int


RankingState = Literal["draft", "computed", "published"]


class RankingRead(TypedDict):
    id: str
    number: str
    year: int
    title: str
    state: RankingState
    state_zh: str
    formula: FormulaRead
    honours: list[HonourFor]
    as_of: str | None
    computed_at: str | None
    published_at: str | None
    version: int


class PageOfRankingRead(TypedDict):
    items: list[RankingRead]
    next_cursor: str | None


class RecognitionRead(TypedDict):
    name: str
    tier: Tier
    year: int
    withdrawn_on: NotRequired[str | None]


class PageOfRecognitionRead(TypedDict):
    items: list[RecognitionRead]
    next_cursor: str | None


class PageOfRecordSummary(TypedDict):
    items: list[RecordSummary]
    next_cursor: str | None


RegistrationState = Literal["registered", "waiting", "withdrawn"]


class RegistrationRead(TypedDict):
    id: str
    contest_id: str
    manager_id: str
    project: str | None
    state: RegistrationState
    position: int | None
    queued_at: str
    place: int | None
    points: str | None
    award: str | None
    version: int


class PageOfRegistrationRead(TypedDict):
    items: list[RegistrationRead]
    next_cursor: str | None


ReportState = Literal["open", "resolved", "dismissed"]


class ReportForBureau(TypedDict):
    id: str
    demand_id: str
    achievement_id: str
    category: str
    note: str | None
    state: ReportState
    created_at: str
    resolution: str | None
    resolved_at: str | None
    version: int
    reported_by: str | None
    organisation_id: str | None


class PageOfReportForBureau(TypedDict):
    items: list[ReportForBureau]
    next_cursor: str | None


class RevealRead(TypedDict):
    side: str
    record_id: str
    user_id: NotRequired[str | None]
    organisation_id: NotRequired[str | None]
    manager_id: NotRequired[str | None]
    revealed_at: str


class PageOfRevealRead(TypedDict):
    items: list[RevealRead]
    next_cursor: str | None


ReviewPart = Literal["demand", "achievement", "manager", "investor"]

ReviewState = Literal["open", "cleared", "confirmed", "lapsed"]


class ReviewedRecord(TypedDict):
    id: str
    number: str
    title: str


class TieRead(TypedDict):
    code: str
    zh: str
    en: str
    manager: NotRequired[str | None]
    organisations: NotRequired[list[str]]
    possible: bool
    removable: bool


class ReviewRead(TypedDict):
    id: str
    engagement_id: str
    number: str
    demand: ReviewedRecord
    achievement: ReviewedRecord
    part: ReviewPart
    state: ReviewState
    opened_at: str
    asked_at: NotRequired[str | None]
    ties: list[TieRead]
    closed_at: NotRequired[str | None]
    decided_by: NotRequired[str | None]
    reason: str
    decidable: bool
    version: int


class PageOfReviewRead(TypedDict):
    items: list[ReviewRead]
    next_cursor: str | None


class RoundEntryRead(TypedDict):
    id: str
    round_id: str
    manager_id: str
    manager_number: str
    manager_name: str
    computed_tier: Tier | None
    rule_id: str | None
    figures: dict[str, Any]
    tier: Tier | None
    decision: Decision
    reason: str | None
    decided_at: str | None
    doubt: str | None
    doubted_at: str | None
    withdrawn_at: str | None
    review_reason: str | None
    reviewed_at: str | None
    version: int


class PageOfRoundEntryRead(TypedDict):
    items: list[RoundEntryRead]
    next_cursor: str | None


RoundState = Literal["open", "frozen", "reviewed", "published", "cancelled"]


class RoundRead(TypedDict):
    id: str
    number: str
    year: int
    title: str
    state: RoundState
    state_zh: str
    allowed: list[str]
    rule_set_id: str
    as_of: str | None
    digest: str | None
    frozen_at: str | None
    published_at: str | None
    entries: int | None
    pending: int | None
    objections: int | None
    doubted: int | None
    version: int


class PageOfRoundRead(TypedDict):
    items: list[RoundRead]
    next_cursor: str | None


RowAction = Literal["new", "update", "draft", "duplicate", "refused"]

RowState = Literal["waiting", "done", "failed", "undone"]


class RowRead(TypedDict):
    id: str
    position: int
    ref: str
    kind: str
    action: RowAction
    state: RowState
    entry: dict[str, Any]
    accepted: list[str]
    remarks: list[dict[str, Any]]
    record_id: str | None


class PageOfRowRead(TypedDict):
    items: list[RowRead]
    next_cursor: str | None


class RunOut(TypedDict):
    started_at: str
    parent: str
    candidate: str | None
    decision: str
    report: dict[str, Any]


class PageOfRunOut(TypedDict):
    items: list[RunOut]
    next_cursor: str | None


class RunSummary(TypedDict):
    id: str
    state: str
    night: str | None
    requested_by: str | None
    limit: int
    demand_ids: list[str] | None
    created_at: str
    finished_at: str | None
    pairs: int
    left_out: int
    assigned: int
    pushes: int
    unassigned: int


class PageOfRunSummary(TypedDict):
    items: list[RunSummary]
    next_cursor: str | None


class StageStay(TypedDict):
    id: str
    engagement: EngagementRow
    stage: str
    entered_at: str
    left_at: str | None
    days: float | None


class PageOfStageStay(TypedDict):
    items: list[StageStay]
    next_cursor: str | None


class StandingRead(TypedDict):
    manager_id: str
    year: int
    tier: str | None
    rule_id: str | None
    figures: dict[str, Any]
    computed_at: str


class PageOfStandingRead(TypedDict):
    items: list[StandingRead]
    next_cursor: str | None


class TaskRead(TypedDict):
    id: str
    engagement_id: str
    title: str
    note: str
    assignee_id: NotRequired[str | None]
    due_on: str
    remind_on: str
    state: str
    created_at: str
    done_at: NotRequired[str | None]
    version: int


class PageOfTaskRead(TypedDict):
    items: list[TaskRead]
    next_cursor: str | None


class TierChangeRead(TypedDict):
    id: str
    manager_id: str
    year: int
    before: str | None
    after: str | None
    rule_id: str | None
    figures: dict[str, Any]
    cause: str
    cause_id: str | None
    changed_at: str


class PageOfTierChangeRead(TypedDict):
    items: list[TierChangeRead]
    next_cursor: str | None


class TimelineEntryRead(TypedDict):
    id: str
    kind: str
    subject_id: NotRequired[str | None]
    text: str
    data: dict[str, Any]
    actor_role: str
    at: str


class PageOfTimelineEntryRead(TypedDict):
    items: list[TimelineEntryRead]
    next_cursor: str | None


Rung = Literal["short_course", "advanced_course", "teaching_practice"]

TrainingState = Literal["submitted", "verified", "rejected"]


class TrainingRead(TypedDict):
    id: str
    manager_id: str
    base_id: str
    rung: Rung
    course: str
    hours: int
    started_on: str
    ended_on: str
    evidence: str | None
    state: TrainingState
    review_note: str | None
    reviewed_at: str | None
    created_at: str
    version: int


class PageOfTrainingRead(TypedDict):
    items: list[TrainingRead]
    next_cursor: str | None


class PageOfUserOut(TypedDict):
    items: list[UserOut]
    next_cursor: str | None


class VersionRead(TypedDict):
    version: int
    action: str
    changed_by: str | None
    changed_at: str
    changed_fields: list[str]
    data: dict[str, Any]


class PageOfVersionRead(TypedDict):
    items: list[VersionRead]
    next_cursor: str | None


class WebhookDisabled(TypedDict):
    code: str
    zh: str
    en: str


class WebhookRead(TypedDict):
    id: str
    organisation_id: str
    name: str
    host: str
    types: list[str]
    enabled: bool
    disabled: NotRequired[WebhookDisabled | None]
    failing_since: str | None
    disabled_at: str | None
    disabled_reason: str | None
    previous_until: str | None
    created_at: str
    version: int


class PageOfWebhookRead(TypedDict):
    items: list[WebhookRead]
    next_cursor: str | None


class PaidRequest(TypedDict):
    paid_on: str


class PartnerAgreementCreate(TypedDict):
    organisation_id: str
    libraries: dict[str, list[str]]
    publish_modes: list[PublishMode]
    level: PartnerLevel
    regions: NotRequired[list[str]]
    all_regions: NotRequired[bool]
    starts_on: str
    ends_on: NotRequired[str | None]
    basis: str
    agreed_by: str


class PartnerAgreementPatch(TypedDict):
    libraries: NotRequired[dict[str, list[str]] | None]
    publish_modes: NotRequired[list[PublishMode] | None]
    level: NotRequired[PartnerLevel | None]
    regions: NotRequired[list[str] | None]
    all_regions: NotRequired[bool | None]
    starts_on: NotRequired[str | None]
    ends_on: NotRequired[str | None]
    basis: NotRequired[str | None]
    agreed_by: NotRequired[str | None]


class PasskeyAnswer(TypedDict):
    challenge: str
    credential: dict[str, Any]


class PasskeyLogin(TypedDict):
    challenge: str
    credential: dict[str, Any]
    device_token: NotRequired[str | None]


class PasskeyName(TypedDict):
    name: str


class PasskeyNew(TypedDict):
    challenge: str
    credential: dict[str, Any]
    name: str


class PasskeyOut(TypedDict):
    id: str
    name: str
    verifies_user: bool
    created_at: str
    last_used_at: str | None


class PasskeyQuestionOut(TypedDict):
    challenge: str
    public_key: dict[str, Any]


class PasskeyRegistered(TypedDict):
    passkey: PasskeyOut
    recovery_codes: list[str] | None


class PasswordChange(TypedDict):
    current_password: str
    new_password: str


class PasswordReset(TypedDict):
    token: str
    new_password: str


class Placing(TypedDict):
    registration_id: str
    place: NotRequired[int | None]
    points: NotRequired[float | str | None]
    award: NotRequired[str | None]


class Placings(TypedDict):
    placings: list[Placing]


class PlanRequest(TypedDict):
    demand_id: NotRequired[str | None]
    achievement_id: NotRequired[str | None]


class Planned(TypedDict):
    event_id: str


class Pledge(TypedDict):
    pledge_version: str
    accept_pledge: Literal[True]


class PledgeRead(TypedDict):
    version: str
    zh: list[str]
    en: list[str]


Frequency = Literal["immediate", "daily", "weekly", "none"]


class PreferencesIn(TypedDict):
    digest_hour: NotRequired[int]
    weekday: NotRequired[int]
    quiet_from: NotRequired[str | None]
    quiet_until: NotRequired[str | None]
    on_days_off: NotRequired[bool]
    minimum_score: NotRequired[float | None]
    frequency: NotRequired[Frequency]
    fields: NotRequired[list[str]]
    regions: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    immediate_score: NotRequired[float | None]
    per_day: NotRequired[int | None]
    per_week: NotRequired[int | None]
    list_size: NotRequired[int]


class PreferencesRead(TypedDict):
    digest_hour: NotRequired[int]
    weekday: NotRequired[int]
    quiet_from: NotRequired[str | None]
    quiet_until: NotRequired[str | None]
    on_days_off: NotRequired[bool]
    minimum_score: NotRequired[float | None]
    frequency: NotRequired[Frequency]
    fields: NotRequired[list[str]]
    regions: NotRequired[list[str]]
    languages: NotRequired[list[str]]
    immediate_score: NotRequired[float | None]
    per_day: NotRequired[int | None]
    per_week: NotRequired[int | None]
    list_size: NotRequired[int]
    version: int


class PreviewIn(TypedDict):
    manager_id: NotRequired[str | None]


class LeftOut(TypedDict):
    code: str
    zh: str
    en: str
    count: int


class LimitRead(TypedDict):
    code: Literal["open", "pending", "day", "week"]
    zh: str
    en: str
    used: int
    limit: int
    own: bool


class PreviewItem(TypedDict):
    position: int
    push_id: str | None
    demand_id: str
    achievement_id: str
    pair_score: float
    rank_score: float
    new: bool
    immediate: bool


class PreviewRead(TypedDict):
    manager: ManagerSummary
    day: str
    items: list[PreviewItem]
    left_out: list[LeftOut]
    limits: list[LimitRead]


class Problem(TypedDict):
    type: str
    title: str
    code: str
    detail: str
    message_zh: str
    message_en: str
    instance: NotRequired[str]
    status: int
    errors: NotRequired[list[dict[str, Any]]]


PushGroup = Literal["day", "week", "month"]


class ChannelLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    total: int | None
    delivered: int | None
    undelivered: int | None
    under_way: int | None
    rows: dict[str, str]


class ResponseLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    got: int | None
    read: int | None
    accepted: int | None
    declined: int | None
    waiting: int | None
    unanswered: int | None
    cancelled: int | None
    rows: dict[str, str]


PushesRead = TypedDict(
    "PushesRead",
    {
        "from": "str",
        "to": "str",
        "field": "str | None",
        "region": "str | None",
        "scope": "str",
        "min_cell": "int | None",
        "rule_zh": "str",
        "rule_en": "str",
        "group_by": "str | None",
        "total": "ResponseLine",
        "groups": "list[ResponseLine]",
        "reasons": "list[ReasonLine]",
        "channels": "list[ChannelLine]",
        "median_answer_hours": "float | None",
        "p90_answer_hours": "float | None",
    },
)

FigureName = Literal[
    "landed_projects",
    "amount_year_wan",
    "contracts",
    "enterprises_served",
    "acceptance_rate",
    "training_hours",
    "certificate_rank",
]


class WeightedFigure(TypedDict):
    name: FigureName
    weight: float | str
    full_at: NotRequired[float | str | None]


class Formula(TypedDict):
    id: str
    title_zh: str
    title_en: str
    figures: list[WeightedFigure]


class RankingCreate(TypedDict):
    year: int
    title: str
    formula: NotRequired[Formula | None]
    honours: NotRequired[list[HonourFor]]


class RankingPatch(TypedDict):
    title: NotRequired[str | None]
    formula: NotRequired[Formula | None]
    honours: NotRequired[list[HonourFor] | None]


class RecommendationOut(TypedDict):
    rank: int
    manager: dict[str, Any]
    score: float
    recommended: bool
    conflict: dict[str, Any] | None
    full: bool
    reasons: dict[str, Any]


class RecommendationsOut(TypedDict):
    demand_id: str
    achievement_id: str
    items: list[RecommendationOut]


class DifferenceRead(TypedDict):
    manager_id: str
    subject: str
    subject_id: str | None
    number: str | None
    field: str
    frozen: Any
    found: Any


class TierToday(TypedDict):
    manager_id: str
    frozen_tier: str | None
    tier_today: str | None


class RecomputationRead(TypedDict):
    equal: bool
    stored_digest: str
    recomputed_digest: str
    entries: int
    differences: list[DifferenceRead]
    drift: list[DifferenceRead]
    tiers_today: list[TierToday]


class RecordContacts(TypedDict):
    contact_name: str | None
    contact_phone: str | None
    contact_email: str | None
    shown_until: str


RecordVerdict = Literal["same", "different"]


class RecordDecisionNew(TypedDict):
    kind: RecordKind
    kept_id: str
    other_id: str
    verdict: RecordVerdict
    note: str


class RecordDecisionRead(TypedDict):
    id: str
    kind: RecordKind
    first_id: str
    second_id: str
    kept_id: str
    verdict: RecordVerdict
    note: str
    decided_by: str | None
    decided_at: str
    undone_at: str | None


class FacetCount(TypedDict):
    code: str
    label: str
    count: int


class IgnoredPart(TypedDict):
    text: str
    reason: str
    zh: str
    en: str


class SearchReading(TypedDict):
    terms: list[str]
    phrases: list[str]
    alternatives: list[list[str]]
    excluded: list[str]
    synonyms: dict[str, list[str]]
    ignored: list[IgnoredPart]


class RecordPageOfAchievementRead(TypedDict):
    items: list[AchievementRead]
    next_cursor: str | None
    search: NotRequired[SearchReading | None]
    facets: NotRequired[dict[str, list[FacetCount]] | None]
    total: NotRequired[int | None]


class RecordPageOfDemandRead(TypedDict):
    items: list[DemandRead]
    next_cursor: str | None
    search: NotRequired[SearchReading | None]
    facets: NotRequired[dict[str, list[FacetCount]] | None]
    total: NotRequired[int | None]


class RecordPageOfManagerRead(TypedDict):
    items: list[ManagerRead]
    next_cursor: str | None
    search: NotRequired[SearchReading | None]
    facets: NotRequired[dict[str, list[FacetCount]] | None]
    total: NotRequired[int | None]


class RecoveryCodes(TypedDict):
    recovery_codes: list[str]


class RefreshTokenIn(TypedDict):
    refresh_token: str


class RegisterRequest(TypedDict):
    registration_no: str
    registered_on: str


class Registered(TypedDict):
    organisation: OrganisationOut
    user: UserOut


class OrganisationBasics(TypedDict):
    name: str
    kind: OrganisationKind
    region: str
    uscc: NotRequired[str | None]
    aliases: NotRequired[list[str]]
    former_names: NotRequired[list[FormerName]]


class PersonNew(TypedDict):
    email: str
    name: str
    password: str


class Registration(TypedDict):
    organisation: OrganisationBasics
    user: PersonNew
    role: NotRequired[Role | None]
    notice_version: int


class RegistrationCreate(TypedDict):
    manager_id: NotRequired[str | None]
    project: NotRequired[str | None]


class ReportIn(TypedDict):
    demand_id: str
    achievement_id: str
    category: str
    note: NotRequired[str | None]


class ReportRead(TypedDict):
    id: str
    demand_id: str
    achievement_id: str
    category: str
    note: str | None
    state: ReportState
    created_at: str
    resolution: str | None
    resolved_at: str | None
    version: int


class Resolution(TypedDict):
    state: Literal["resolved", "dismissed"]
    resolution: str


ReviewVerdict = Literal["clear", "confirm"]


class ReviewDecision(TypedDict):
    verdict: ReviewVerdict
    reason: str


class ReviewNote(TypedDict):
    note: NotRequired[str | None]


class ReviewSent(TypedDict):
    withdrawn: bool
    reason: str


class RoundCreate(TypedDict):
    year: int
    title: str


class RoundNote(TypedDict):
    note: NotRequired[str | None]


class RowPatch(TypedDict):
    accepted: NotRequired[list[str] | None]
    values: NotRequired[dict[str, Any] | None]
    same_as: NotRequired[str | None]


class RuleFigures(TypedDict):
    id: str
    tier: Tier
    wording: Wording
    landed_projects: int | None
    amount_wan: str | None
    amount_period: str | None
    certificate: CertificateLevel | None


class RuleSetRead(TypedDict):
    id: str
    title_zh: str
    title_en: str
    valid_from: str
    valid_to: str
    source: SourceRead
    rules: list[RuleFigures]
    configuration: ConfigurationRead


class UnwrittenPush(TypedDict):
    demand_id: str
    achievement_id: str
    demand_title: NotRequired[str]
    achievement_title: NotRequired[str]
    demand_number: NotRequired[str]
    achievement_number: NotRequired[str]
    manager_id: str
    manager_name: NotRequired[str]
    reason: str
    zh: str
    en: str


class WrittenPush(TypedDict):
    demand_id: str
    achievement_id: str
    demand_title: NotRequired[str]
    achievement_title: NotRequired[str]
    demand_number: NotRequired[str]
    achievement_number: NotRequired[str]
    manager_id: str
    manager_name: NotRequired[str]
    push_id: str
    value: float


class RunAnswer(TypedDict):
    written: NotRequired[list[WrittenPush]]
    not_written: NotRequired[list[UnwrittenPush]]
    short: NotRequired[list[ShortPair]]
    reasons: NotRequired[dict[str, int]]
    relief: NotRequired[ReliefRead | None]
    relief_zh: NotRequired[list[str]]
    relief_en: NotRequired[list[str]]
    below_least: NotRequired[list[LowLoadRead]]
    kept: NotRequired[int]
    before: NotRequired[AssignmentFigures | None]
    after: NotRequired[AssignmentFigures | None]


class RunRead(TypedDict):
    id: str
    state: str
    night: str | None
    requested_by: str | None
    limit: int
    demand_ids: list[str] | None
    created_at: str
    finished_at: str | None
    pairs: int
    left_out: int
    assigned: int
    pushes: int
    unassigned: int
    answer: RunAnswer


class RunRequest(TypedDict):
    limit: NotRequired[int]
    demand_ids: NotRequired[list[str] | None]


Scope = Literal["city", "own"]


class SecondFactorOut(TypedDict):
    enabled: bool
    since: str | None
    required: bool
    passkeys: int
    recovery_codes_left: int


class SecondFactorSecret(TypedDict):
    secret: str
    uri: str
    qr: str


class SecondStep(TypedDict):
    code: str
    challenge: str
    device_token: NotRequired[str | None]


class SessionOut(TypedDict):
    id: str
    device: str
    address: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class SharesRequest(TypedDict):
    shares: list[Share]


Sheet = Literal["entries", "contracts"]


class SignRequest(TypedDict):
    signed_on: str
    side: NotRequired[ContractSide | None]
    file_id: NotRequired[str | None]


class StageLine(TypedDict):
    hidden: NotRequired[bool]
    key: str
    label_zh: str
    label_en: str
    finished: int | None
    mean_days: float | None
    median_days: float | None
    p90_days: float | None
    ongoing: int | None
    rows: str | None
    ongoing_rows: str | None


StageTimesRead = TypedDict(
    "StageTimesRead",
    {
        "from": "str",
        "to": "str",
        "field": "str | None",
        "region": "str | None",
        "scope": "str",
        "min_cell": "int | None",
        "rule_zh": "str",
        "rule_en": "str",
        "stages": "list[StageLine]",
    },
)


class RungRead(TypedDict):
    rung: Rung
    rung_zh: str
    verified_hours: int
    waiting_hours: int
    needed_hours: int
    complete: bool


class SummaryRead(TypedDict):
    manager_id: str
    rungs: list[RungRead]
    next_rung: Rung | None
    missing_hours: int


class ReasonCounted(TypedDict):
    code: str
    zh: str
    en: str
    count: int
    advice_zh: str
    advice_en: str


class SupplierFeedback(TypedDict):
    achievement_id: str
    pushed: int
    accepted: int
    declined: int
    waiting: int
    ended: int
    demand_owners_interested: int
    demand_owners_not_interested: int
    reasons: list[ReasonCounted]
    reasons_withheld: int


class TaskCreate(TypedDict):
    note: NotRequired[str | None]
    assignee_id: NotRequired[str | None]
    remind_on: NotRequired[str | None]
    title: str
    due_on: str


class TaskPatch(TypedDict):
    note: NotRequired[str | None]
    assignee_id: NotRequired[str | None]
    remind_on: NotRequired[str | None]
    title: NotRequired[str | None]
    due_on: NotRequired[str | None]
    state: NotRequired[Literal["open", "done", "dropped"] | None]


class TextMatchIn(TypedDict):
    field: NotRequired[list[str] | None]
    region: NotRequired[str | None]
    language: NotRequired[list[str] | None]
    mode: NotRequired[list[str] | None]
    owner_kind: NotRequired[list[OrganisationKind] | None]
    budget_min: NotRequired[float | str | None]
    min_trl: NotRequired[int | None]
    price_max: NotRequired[float | str | None]
    text: str
    looking_for: NotRequired[Literal["achievement", "demand"]]
    limit: NotRequired[int]


class TokensOut(TypedDict):
    access_token: str
    token_type: NotRequired[str]
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    device_token: NotRequired[str | None]


class TrainingCreate(TypedDict):
    manager_id: NotRequired[str | None]
    base_id: str
    rung: Rung
    course: str
    hours: int
    started_on: str
    ended_on: str
    evidence: NotRequired[str | None]


class UndertakingRequest(TypedDict):
    side: ParticipantSide
    text_version: int
    language: NotRequired[Literal["zh", "en"]]


class UndoRead(TypedDict):
    kept: int
    batch: BatchRead


class UserChange(TypedDict):
    name: NotRequired[str | None]
    active: NotRequired[bool | None]
    administrator: NotRequired[bool | None]
    role: NotRequired[Role | None]
    organisation_id: NotRequired[str | None]


class UserNew(TypedDict):
    email: str
    name: str
    password: str
    role: Role
    organisation_id: NotRequired[str | None]


class VocabularyEntry(TypedDict):
    name: str
    zh: str
    en: str
    size: int


class TermRead(TypedDict):
    code: str
    zh: str
    en: str
    parent: NotRequired[str | None]
    aliases: NotRequired[list[str]]
    attributes: NotRequired[dict[str, str]]


class VocabularyRead(TypedDict):
    name: str
    zh: str
    en: str
    size: int
    source: str
    terms: list[TermRead]


class WebhookChange(TypedDict):
    name: NotRequired[str | None]
    url: NotRequired[str | None]
    types: NotRequired[
        list[
            Literal[
                "push.new",
                "push.digest",
                "owner.digest",
                "task.reminder",
                "record.closing_request",
                "engagement.invitation",
                "participant.invited",
                "participant.invited_anew",
                "participant.consented",
                "participant.declined",
                "participant.left",
                "participant.consent_in_force",
                "participant.asked_again",
                "participant.colleague_asked",
                "participant.should_decline",
                "participant.should_leave",
                "participant.may_take_part",
                "participant.may_stay",
                "engagement.to_review",
                "engagement.review_overdue",
                "engagement.agreed",
                "participant.admitted",
                "engagement.moved",
                "engagement.restored",
                "engagement.shares_proposed",
                "engagement.ended",
                "task.assigned",
                "task.rescheduled",
                "contract.drafted",
                "contract.redrafted",
                "contract.dropped",
                "contract.ready",
                "contract.signature_given",
                "contract.signatures_voided",
                "contract.amendment_proposed",
                "contract.amendment_closed",
                "contract.signed",
                "contract.to_register",
                "contract.amended",
                "contract.registered",
                "contract.landed",
                "contract.cancelled",
                "filing.submit",
                "filing.renew",
                "filing.withdraw",
                "filing.approve",
                "filing.return",
                "filing.approve_renewal",
                "filing.return_renewal",
                "filing.suspend",
                "filing.resume",
                "filing.cancel",
                "filing.expire",
                "filing.ending",
                "certificate.submitted",
                "certificate.verified",
                "certificate.rejected",
                "certificate.revoked",
                "certificate.expired",
                "training.submitted",
                "training.verified",
                "training.rejected",
                "affiliation.given",
                "affiliation.refused",
                "affiliation.asked",
                "tier.changed",
                "recognition.frozen",
                "recognition.decided",
                "recognition.reopened",
                "recognition.cancelled",
                "recognition.published",
                "recognition.doubted",
                "recognition.withdrawn",
                "ranking.published",
                "objection.raised",
                "objection.answered",
                "contest.registered",
                "contest.waiting",
                "contest.promoted",
                "contest.left",
                "contest.moved",
                "contest.cancelled",
                "contest.finished",
                "record.tells_owner",
                "record.tells_owner.bureau",
                "record.reinstated",
                "record.reinstated_as_draft",
                "demand.approved",
                "demand.expired",
                "demand.returned",
                "demand.withdrawn",
                "demand.closed",
                "achievement.approved",
                "achievement.expired",
                "achievement.returned",
                "achievement.withdrawn",
                "achievement.closed",
                "manager.approved",
                "manager.expired",
                "manager.returned",
                "manager.withdrawn",
                "manager.closed",
                "manager.left",
                "match.reported",
                "match.report_resolved",
                "match.report_dismissed",
                "organisation.verified",
                "organisation.to_verify",
                "organisation.merged",
                "organisation.merge_undone",
            ]
        ]
        | None
    ]
    enabled: NotRequired[bool | None]


class WebhookIssued(TypedDict):
    id: str
    organisation_id: str
    name: str
    host: str
    types: list[str]
    enabled: bool
    disabled: NotRequired[WebhookDisabled | None]
    failing_since: str | None
    disabled_at: str | None
    disabled_reason: str | None
    previous_until: str | None
    created_at: str
    version: int
    secret: str


class WebhookNew(TypedDict):
    name: str
    url: str
    types: list[
        Literal[
            "push.new",
            "push.digest",
            "owner.digest",
            "task.reminder",
            "record.closing_request",
            "engagement.invitation",
            "participant.invited",
            "participant.invited_anew",
            "participant.consented",
            "participant.declined",
            "participant.left",
            "participant.consent_in_force",
            "participant.asked_again",
            "participant.colleague_asked",
            "participant.should_decline",
            "participant.should_leave",
            "participant.may_take_part",
            "participant.may_stay",
            "engagement.to_review",
            "engagement.review_overdue",
            "engagement.agreed",
            "participant.admitted",
            "engagement.moved",
            "engagement.restored",
            "engagement.shares_proposed",
            "engagement.ended",
            "task.assigned",
            "task.rescheduled",
            "contract.drafted",
            "contract.redrafted",
            "contract.dropped",
            "contract.ready",
            "contract.signature_given",
            "contract.signatures_voided",
            "contract.amendment_proposed",
            "contract.amendment_closed",
            "contract.signed",
            "contract.to_register",
            "contract.amended",
            "contract.registered",
            "contract.landed",
            "contract.cancelled",
            "filing.submit",
            "filing.renew",
            "filing.withdraw",
            "filing.approve",
            "filing.return",
            "filing.approve_renewal",
            "filing.return_renewal",
            "filing.suspend",
            "filing.resume",
            "filing.cancel",
            "filing.expire",
            "filing.ending",
            "certificate.submitted",
            "certificate.verified",
            "certificate.rejected",
            "certificate.revoked",
            "certificate.expired",
            "training.submitted",
            "training.verified",
            "training.rejected",
            "affiliation.given",
            "affiliation.refused",
            "affiliation.asked",
            "tier.changed",
            "recognition.frozen",
            "recognition.decided",
            "recognition.reopened",
            "recognition.cancelled",
            "recognition.published",
            "recognition.doubted",
            "recognition.withdrawn",
            "ranking.published",
            "objection.raised",
            "objection.answered",
            "contest.registered",
            "contest.waiting",
            "contest.promoted",
            "contest.left",
            "contest.moved",
            "contest.cancelled",
            "contest.finished",
            "record.tells_owner",
            "record.tells_owner.bureau",
            "record.reinstated",
            "record.reinstated_as_draft",
            "demand.approved",
            "demand.expired",
            "demand.returned",
            "demand.withdrawn",
            "demand.closed",
            "achievement.approved",
            "achievement.expired",
            "achievement.returned",
            "achievement.withdrawn",
            "achievement.closed",
            "manager.approved",
            "manager.expired",
            "manager.returned",
            "manager.withdrawn",
            "manager.closed",
            "manager.left",
            "match.reported",
            "match.report_resolved",
            "match.report_dismissed",
            "organisation.verified",
            "organisation.to_verify",
            "organisation.merged",
            "organisation.merge_undone",
        ]
    ]
    organisation_id: NotRequired[str | None]


class ChoicesSent(TypedDict):
    project_window: NotRequired[Window | None]
    project_year_by: NotRequired[ProjectYear | None]
    project_unit: NotRequired[ProjectUnit | None]
    unstated_period: NotRequired[Window | None]
    counted_contracts: NotRequired[CountedContracts | None]
    shared_amounts: NotRequired[Shared | None]
    shared_projects: NotRequired[Shared | None]
    amount_basis: NotRequired[AmountBasis | None]
    year_by: NotRequired[YearBy | None]
    parties: NotRequired[Parties | None]
    filing: NotRequired[FilingNeed | None]


class SupposedCertificate(TypedDict):
    level: Literal["primary", "intermediate", "advanced"]
    valid_to: NotRequired[str | None]


class SupposedContract(TypedDict):
    deal_amount_wan: float | str
    technology_amount_wan: NotRequired[float | str | None]
    share: NotRequired[float | str]
    signed_on: NotRequired[str | None]
    registered: NotRequired[bool]
    registered_on: NotRequired[str | None]
    landed_in_jinan: NotRequired[bool]
    landed_on: NotRequired[str | None]
    count: NotRequired[int]


class WhatIf(TypedDict):
    year: NotRequired[int | None]
    contracts: NotRequired[list[SupposedContract]]
    certificates: NotRequired[list[SupposedCertificate]]
    configuration: NotRequired[ChoicesSent]


class WhatIfRead(TypedDict):
    actual_tier: Tier | None
    supposed: TierRead
