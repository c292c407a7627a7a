"""The permission table: which role may do what, and what an administrator may besides. All else is refused."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from app.accounts.access.actions import Action
from app.accounts.access.api_key_scopes import SCOPES
from app.accounts.access.authentication import CurrentPrincipal, LoggedIn
from app.accounts.access.principal import Principal
from app.accounts.access.proof import owed_step
from app.accounts.models import Role
from app.errors import Forbidden, Unauthenticated
from app.errors.collection import is_unreadable

__all__ = [
    "ADMINISTRATOR",
    "SCOPES",
    "TABLE",
    "Action",
    "CurrentPrincipal",
    "LoggedIn",
    "RecordScope",
    "allowed",
    "require",
    "scope_of",
]


class RecordScope(StrEnum):
    """The records that a permission covers."""

    NONE = "none"
    OWN = "own"
    ANY = "any"


ADMINISTRATOR = "administrator"
"""The column of an organisation's administrator: what they may do besides what their role permits."""

_COLUMNS: tuple[str | None, ...] = (
    Role.OPERATOR,
    Role.ENTERPRISE,
    Role.INSTITUTION,
    Role.MANAGER,
    Role.INVESTOR,
    ADMINISTRATOR,
    None,  # an anonymous reader
)

NO, OWN, ANY = RecordScope.NONE, RecordScope.OWN, RecordScope.ANY

# What "own" means:
# - records, keys, webhooks and colleagues: those of the user's organisation; for user.change only the user;
# - the talent library: for a manager the record about them, for an institution the records of its staff;
# - matches and recommendations: those of the user's records; pushes: those sent to the manager;
# - achievements and demands, for a manager: those that they broker;
# - engagements: those the user participates in; contracts: those the user is a party or manager of.
# fmt: off
_ROWS: dict[Action, tuple[RecordScope, ...]] = {
    #                                   operator enterprise institution manager investor administrator anonymous
    Action.ACCOUNT_REGISTER:            (NO,  NO,  NO,  NO,  NO,  NO,  ANY),
    # Links in a mail work without a login; the token in the link authorises the person.
    Action.ACCOUNT_LINK:                (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.REGISTRATION_CONFIRM:        (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    # Ties of operators, about whose parties others decide; nobody takes back one of their own.
    Action.RECUSAL_DECLARE:             (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ORGANISATION_CREATE:         (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ORGANISATION_READ:           (ANY, ANY, ANY, ANY, ANY, NO,  NO),
    Action.ORGANISATION_CHANGE:         (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.ORGANISATION_VERIFY:         (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.USER_CREATE:                 (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.USER_READ:                   (ANY, OWN, OWN, NO,  OWN, OWN, NO),
    Action.USER_CHANGE:                 (ANY, OWN, OWN, OWN, OWN, NO,  NO),
    Action.USER_INVITE:                 (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    # Remove colleagues, and make them administrators.
    Action.USER_ADMINISTER:             (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    # Give or take an office of the bureau (`OFFICES`); nobody does so for themselves.
    Action.USER_GRANT:                  (NO,  NO,  NO,  NO,  NO,  NO,  NO),
    # Who has lost device and recovery codes logs in by the password alone afterwards: nobody does this for themselves.
    Action.USER_RESET_FACTORS:          (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.API_KEY_CREATE:              (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.API_KEY_READ:                (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.API_KEY_REVOKE:              (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    # What people accept can be read before, and afterwards, by anybody.
    Action.LEGAL_TEXT_READ:             (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.LEGAL_TEXT_PUBLISH:          (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    Action.ACHIEVEMENT_CREATE:          (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_READ:            (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.ACHIEVEMENT_READ_OWNER_VIEW: (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.ACHIEVEMENT_CHANGE:          (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_SUBMIT:          (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_REVIEW:          (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_WITHDRAW:        (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_CLOSE:           (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_HISTORY:         (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_IMPORT:          (ANY, OWN, OWN, NO,  NO,  NO,  NO),

    Action.DEMAND_CREATE:               (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    # Those who may create a demand may have it checked first.
    Action.DEMAND_CHECK:                (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.DEMAND_READ:                 (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.DEMAND_READ_OWNER_VIEW:      (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.DEMAND_CHANGE:               (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.DEMAND_SUBMIT:               (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.DEMAND_REVIEW:               (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.DEMAND_WITHDRAW:             (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.DEMAND_CLOSE:                (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.DEMAND_HISTORY:              (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.DEMAND_IMPORT:               (ANY, OWN, OWN, NO,  NO,  NO,  NO),

    Action.MANAGER_CREATE:              (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_READ:                (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.MANAGER_READ_OWNER_VIEW:     (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_CHANGE:              (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_SUBMIT:              (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_REVIEW:              (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.MANAGER_WITHDRAW:            (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_CLOSE:               (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_HISTORY:             (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.MANAGER_IMPORT:              (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    # See contacts of other organisations in full, for a while and with a reason: by office, and never a program.
    Action.CONTACT_ASK:                 (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    # A ledger of contracts, and a roll of organisations, are the bureau's.
    Action.CONTRACT_IMPORT:             (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ORGANISATION_IMPORT:         (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    # Own: batches of the user's organisation. What kinds of record they may hold says <kind>.import.
    Action.IMPORT_CREATE:               (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.IMPORT_READ:                 (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.IMPORT_CHANGE:               (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    # A list as a file holds the rows and fields that the list shows its reader.
    Action.EXPORT_CREATE:               (ANY, ANY, ANY, ANY, ANY, NO,  NO),
    Action.EXPORT_ORGANISATIONS:        (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.EXPORT_OFFICIAL:             (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    Action.MATCH_READ:                  (ANY, OWN, OWN, ANY, NO,  NO,  NO),
    Action.MATCH_TEXT:                  (ANY, ANY, ANY, ANY, ANY, NO,  NO),
    # Five public titles without scores, for everybody; see `matching.preview`.
    Action.MATCH_PREVIEW:               (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.PAIR_LIST:                   (ANY, OWN, OWN, ANY, NO,  NO,  NO),
    Action.RECOMMENDATION_READ:         (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.PUSH_LIST:                   (ANY, NO,  NO,  OWN, NO,  NO,  NO),
    Action.PUSH_READ:                   (ANY, NO,  NO,  OWN, NO,  NO,  NO),
    # Operators cannot answer for a manager, because an answer is the manager's commitment to the parties.
    Action.PUSH_ANSWER:                 (NO,  NO,  NO,  OWN, NO,  NO,  NO),
    Action.PUSH_PLAN:                   (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.PUSH_PREVIEW:                (ANY, NO,  NO,  OWN, NO,  NO,  NO),
    Action.PREFERENCE_READ:             (NO,  NO,  NO,  OWN, NO,  NO,  NO),
    Action.PREFERENCE_CHANGE:           (NO,  NO,  NO,  OWN, NO,  NO,  NO),
    Action.ORGANISATION_PREFERENCE_READ:(NO,  OWN, OWN, NO,  NO,  OWN, NO),
    Action.ORGANISATION_PREFERENCE_CHANGE:(NO,  NO,  NO,  NO,  NO,  OWN, NO),
    Action.DIGEST_READ:                 (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    # An owner's answer about a match of their own record; operators cannot give it for them.
    Action.MATCH_ANSWER:                (NO,  OWN, OWN, NO,  NO,  NO,  NO),
    # Own: a match of the user's own record, or of a push they received.
    Action.MATCH_REPORT:                (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.MATCH_REPORT_LIST:           (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.MATCH_REPORT_RESOLVE:        (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ACHIEVEMENT_FEEDBACK:        (ANY, OWN, OWN, NO,  NO,  NO,  NO),
    Action.ASSIGNMENT_PLAN:             (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ASSIGNMENT_RUN:              (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ASSIGNMENT_READ:             (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    Action.ENGAGEMENT_READ:             (ANY, OWN, OWN, OWN, OWN, NO,  NO),
    Action.ENGAGEMENT_MOVE:             (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.ENGAGEMENT_INVITE:           (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    # Only the invited person can consent or confirm a share; operators cannot do it for them.
    Action.ENGAGEMENT_ANSWER:           (NO,  OWN, OWN, OWN, OWN, NO,  NO),
    Action.ENGAGEMENT_WRITE:            (ANY, OWN, OWN, OWN, OWN, NO,  NO),
    Action.ENGAGEMENT_CONTACTS:         (NO,  OWN, OWN, OWN, NO,  NO,  NO),
    # Who has read a confidentiality undertaking gives it in person.
    Action.ENGAGEMENT_UNDERTAKE:        (NO,  OWN, OWN, OWN, OWN, NO,  NO),
    Action.ENGAGEMENT_SHARE:            (NO,  NO,  NO,  OWN, NO,  NO,  NO),
    # Consents that wait because of a tie: what the bureau finds about it, and who is tied to whom.
    Action.ENGAGEMENT_REVIEW:           (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.CONTRACT_CREATE:             (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.CONTRACT_READ:               (ANY, OWN, OWN, OWN, OWN, NO,  NO),
    Action.CONTRACT_CHANGE:             (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    # A party signs; a manager only as an administrator of the party. The bureau records the signature of a party that
    # does not use the service.
    Action.CONTRACT_SIGN:               (ANY, OWN, OWN, NO,  OWN, OWN, NO),
    Action.CONTRACT_FILE:               (ANY, OWN, OWN, OWN, OWN, NO,  NO),
    Action.CONTRACT_CANCEL:             (ANY, OWN, OWN, OWN, NO,  NO,  NO),
    Action.CONTRACT_SHARE:              (NO,  NO,  NO,  OWN, NO,  NO,  NO),
    # Four-eyes principle: only operators confirm what managers are recognised by.
    Action.CONTRACT_REGISTER:           (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.CONTRACT_LAND:               (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    # A channel belongs to its user; operators have no access to other users' channels. A webhook endpoint belongs to
    # its organisation, and is its administrators': that of an agency receives the pushes of all its managers. A
    # delivery belongs to the owner of its channel or endpoint.
    # Notices are to users, also those of their organisation: each has marks and preferences of their own.
    Action.NOTICE_READ:                 (OWN, OWN, OWN, OWN, OWN, NO,  NO),
    Action.NOTICE_CHANGE:               (OWN, OWN, OWN, OWN, OWN, NO,  NO),
    Action.CHANNEL_READ:                (OWN, OWN, OWN, OWN, OWN, NO,  NO),
    Action.CHANNEL_CHANGE:              (OWN, OWN, OWN, OWN, OWN, NO,  NO),
    # Links in an e-mail work without a login; the signature in the link authorises the user.
    Action.CHANNEL_LINK:                (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.WEBHOOK_CREATE:              (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.WEBHOOK_READ:                (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.WEBHOOK_CHANGE:              (ANY, NO,  NO,  NO,  NO,  OWN, NO),
    Action.DELIVERY_READ:               (ANY, OWN, OWN, OWN, OWN, NO,  NO),
    Action.DELIVERY_REPEAT:             (ANY, OWN, OWN, OWN, OWN, NO,  NO),

    Action.MODEL_READ:                  (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.MODEL_SWITCH:                (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    # Recognition of talent: own means the manager's record or those of an institution's staff. Published results are
    # public.
    Action.FILING_CREATE:               (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.FILING_READ:                 (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.FILING_CHANGE:               (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.FILING_REVIEW:               (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.AFFILIATION_READ:            (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    # Own: any affiliation with the user's organisation, but nobody's with themselves.
    Action.AFFILIATION_CONSENT:         (ANY, OWN, OWN, NO,  OWN, OWN, NO),
    Action.CERTIFICATE_CREATE:          (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.CERTIFICATE_READ:            (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.CERTIFICATE_VERIFY:          (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.TRAINING_CREATE:             (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.TRAINING_READ:               (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    # Own: training at a base that the user's organisation runs.
    Action.TRAINING_VERIFY:             (ANY, NO,  OWN, NO,  NO,  NO,  NO),
    Action.TRAINING_BASE_READ:          (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.TRAINING_BASE_CHANGE:        (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.TIER_READ:                   (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    Action.TIER_RULES_READ:             (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.TIER_CONFIGURE:              (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ROUND_MANAGE:                (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.ROUND_READ:                  (ANY, NO,  OWN, OWN, NO,  NO,  NO),
    # Not operators: the bureau would object to its own decision.
    Action.ROUND_OBJECT:                (NO,  NO,  OWN, OWN, NO,  NO,  NO),
    Action.RECOGNITION_READ:            (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.RANKING_MANAGE:              (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.RANKING_READ:                (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.CONTEST_MANAGE:              (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.CONTEST_READ:                (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    Action.CONTEST_REGISTER:            (ANY, NO,  OWN, OWN, NO,  NO,  NO),

    Action.EVENT_LIST:                  (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.EVENT_REPLAY:                (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.INDEX_REBUILD:               (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    # The settings in force and the state of the index: the system administrator alone; see `_OFFICES`.
    Action.INSTALLATION_READ:           (NO,  NO,  NO,  NO,  NO,  NO,  NO),
    # The auditor alone; see `_OFFICES`.
    Action.AUDIT_READ:                  (NO,  NO,  NO,  NO,  NO,  NO,  NO),
    Action.STATISTICS_READ:             (ANY, ANY, ANY, ANY, ANY, NO,  NO),
    # Figures of the city by years, with small cells suppressed; see `statistics.city_figures`.
    Action.STATISTICS_READ_CITY:        (ANY, ANY, ANY, ANY, ANY, NO,  ANY),
    # Make and revoke links to the wall; the token in such a link stands for its reader.
    Action.WALL_LINK:                   (ANY, NO,  NO,  NO,  NO,  NO,  NO),

    # What partner platforms receive is the bureau's to agree on.
    Action.PARTNER_AGREEMENT_READ:      (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    Action.PARTNER_AGREEMENT_MANAGE:    (ANY, NO,  NO,  NO,  NO,  NO,  NO),
    # Own: under an agreement with the organisation of the API key, within what it names; operators, too, need one.
    Action.FEED_READ:                   (OWN, OWN, OWN, OWN, OWN, NO,  NO),
}

# What the offices may: all that anonymous readers may, and these rows. Everything else is refused.
_OFFICES: dict[Action, tuple[RecordScope, ...]] = {
    #                                   system security auditor
    Action.ACCOUNT_REGISTER:            (NO,  NO,  NO),
    Action.ORGANISATION_READ:           (NO,  ANY, ANY),
    Action.USER_CREATE:                 (NO,  ANY, NO),
    Action.USER_READ:                   (NO,  ANY, ANY),
    Action.USER_CHANGE:                 (OWN, ANY, OWN),
    Action.USER_ADMINISTER:             (NO,  ANY, NO),
    Action.USER_GRANT:                  (NO,  ANY, NO),
    Action.USER_RESET_FACTORS:          (NO,  ANY, NO),
    Action.API_KEY_READ:                (NO,  ANY, NO),
    Action.API_KEY_REVOKE:              (NO,  ANY, NO),
    Action.NOTICE_READ:                 (OWN, OWN, OWN),
    Action.NOTICE_CHANGE:               (OWN, OWN, OWN),
    Action.CHANNEL_READ:                (OWN, OWN, OWN),
    Action.CHANNEL_CHANGE:              (OWN, OWN, OWN),
    Action.DELIVERY_READ:               (ANY, OWN, OWN),
    Action.DELIVERY_REPEAT:             (ANY, OWN, OWN),
    Action.MODEL_READ:                  (ANY, NO,  NO),
    Action.MODEL_SWITCH:                (ANY, NO,  NO),
    Action.EVENT_LIST:                  (ANY, NO,  NO),
    Action.EVENT_REPLAY:                (ANY, NO,  NO),
    Action.INDEX_REBUILD:               (ANY, NO,  NO),
    Action.INSTALLATION_READ:           (ANY, NO,  NO),
    Action.AUDIT_READ:                  (NO,  NO,  ANY),
}
# fmt: on

_OFFICE_COLUMNS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR)


def _row_of(action: Action, row: tuple[RecordScope, ...]) -> Mapping[str | None, RecordScope]:
    cells: dict[str | None, RecordScope] = dict(zip(_COLUMNS, row, strict=True))
    of_offices = _OFFICES.get(action, (cells[None],) * len(_OFFICE_COLUMNS))
    return MappingProxyType(cells | dict(zip(_OFFICE_COLUMNS, of_offices, strict=True)))


TABLE: Mapping[Action, Mapping[str | None, RecordScope]] = MappingProxyType(
    {action: _row_of(action, row) for action, row in _ROWS.items()}
)


def scope_of(principal: Principal, action: Action) -> RecordScope:
    """The records for which the principal may perform `action`; NONE for an action that is not in the table."""
    row = TABLE.get(action)
    if row is None or not _in_scope(principal, action) or _is_barred(principal, action):
        return RecordScope.NONE
    if principal.system:
        return RecordScope.ANY
    by_role = row.get(principal.role, RecordScope.NONE)
    if not principal.administrator:
        return by_role
    return max(by_role, row[ADMINISTRATOR], key=list(RecordScope).index)


def allowed(principal: Principal, action: Action, *, own: bool) -> bool:
    """Whether the principal may perform `action`.

    Args:
        own: whether the object is the principal's own (see the comment above the table).
    """
    scope = scope_of(principal, action)
    return scope is RecordScope.ANY or (scope is RecordScope.OWN and own)


def require(
    principal: Principal,
    action: Action,
    *,
    owner_org_id: UUID | None = None,
    own: bool | None = None,
) -> None:
    """Refuse the action unless it is `allowed`. Without `own`, the object is own if `owner_org_id` is the principal's
    organisation; one that is unknown counts as own, so that the answer names the other faults of the body, too.

    Raises:
        Unauthenticated: the principal is anonymous and must log in.
        Forbidden: the role or the API key's scopes do not permit it.
    """
    if own is None:
        own = is_unreadable(owner_org_id) or (
            owner_org_id is not None and owner_org_id == principal.organisation_id
        )
    if allowed(principal, action, own=own):
        return
    if principal.is_anonymous:
        raise Unauthenticated
    if _is_barred(principal, action):
        raise owed_step(principal)
    if not _in_scope(principal, action):
        scopes = " / ".join(sorted(scope for scope, actions in SCOPES.items() if action in actions))
        raise Forbidden(
            f"This API key lacks the scope for {action}: {scopes or 'not available to API keys, please log in'}.",
            f"此 API 密钥的授权范围不含 {action}：{scopes or '不对 API 密钥开放，请登录后操作'}。",
            code="insufficient_scope",
            action=action,
        )
    raise Forbidden(action=action)


def _is_barred(principal: Principal, action: Action) -> bool:
    return principal.owed is not None and action not in (Action.USER_CHANGE, Action.LEGAL_TEXT_READ)


def _in_scope(principal: Principal, action: Action) -> bool:
    return principal.scopes is None or any(action in SCOPES.get(scope, ()) for scope in principal.scopes)
