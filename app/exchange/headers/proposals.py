"""Which field each column may mean, and which kind of record a list may hold: by headers and contents, with scores."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from app.exchange.headers.contents import Look
from app.exchange.headers.dictionary import Kind, wordings
from app.exchange.headers.likeness import likeness
from app.exchange.headers.subject import TITLES

LIKELY = 0.45
"""From this score a column is read so, each value marked; below, it is only proposed."""
SHOWN = 0.2
MOST = 3
_LIKELY_KINDS = ((0.52, 0.08), (0.25, 0.12))
"""From which score, and how far ahead of the next one, the likeliest kind is taken, each value marked."""
NOT_PROPOSED = frozenset(
    {"never", "number", "price_unit", "budget_unit", "amount_unit", "evaluation", "social_goal"}
)
_NEVER = "never"
_UNUSED: Mapping[Kind, frozenset[str]] = {
    Kind.MANAGER: frozenset({"region", "owner_uscc", "publish_mode"}),
    Kind.CONTRACT: frozenset({"region", "owner_uscc", "contact_name", "contact_phone", "contact_email"}),
}
"""Fields of every kind that a kind does not have."""
_LEFT_OUT = frozenset({"serial", "status", "note", "source_ref", "filled_on", "ignore", "authority"})


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column or label: its header, and what its values look like."""

    key: str
    header: str
    looks: Mapping[Look, float] = field(default_factory=dict)
    known: str | None = None
    """The field, where the dictionary or a person has said it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field that a column may mean; `score` from 0 to 1."""

    field: str
    score: float


@dataclass(frozen=True, slots=True)
class LikelyKind:
    """A kind of record that a list may hold; `score` from 0 to about 1."""

    kind: Kind
    score: float
    names: bool
    """Whether a column is likely to hold the names of the records."""


_ANY: Mapping[str, Mapping[Look, float]] = {
    "contact_phone": {Look.PHONE: 1},
    "contact_email": {Look.EMAIL: 1},
    "contact_name": {Look.PERSON: 0.5},
    "owner_uscc": {Look.CREDIT_CODE: 1},
    "region": {Look.REGION: 0.8},
    "fields": {Look.FIELD: 0.9},
    "industries": {Look.FIELD: 0.4},
    "status": {Look.STATUS: 0.8},
    "source_ref": {Look.CODE: 0.4},
    "note": {Look.PHRASE: 0.1, Look.TEXT: 0.1},
    "department": {Look.ORGANISATION: 0.1, Look.PHRASE: 0.1},
    "filled_on": {Look.DAY: 0.3},
    "never": {Look.IDENTITY: 1},
    "serial": {Look.NUMBER: 0.2, Look.YEARS: 0.2, Look.CODE: 0.2, Look.CONTRACT_NUMBER: 0.1},
}
_AMOUNT = {Look.AMOUNT: 0.6, Look.NUMBER: 0.5}
_FITS: Mapping[Kind, Mapping[str, Mapping[Look, float]]] = {
    Kind.DEMAND: {
        "title": {Look.PHRASE: 0.6, Look.TEXT: 0.2},
        "owner_org": {Look.ORGANISATION: 0.9},
        "main_problem": {Look.TEXT: 0.7, Look.PHRASE: 0.2},
        "key_technology": {Look.TEXT: 0.3, Look.PHRASE: 0.2},
        "expected_goal": {Look.TEXT: 0.4, Look.PHRASE: 0.3},
        "existing_basis": {Look.TEXT: 0.3, Look.PHRASE: 0.1},
        "scenario": {Look.TEXT: 0.2, Look.PHRASE: 0.2},
        "budget": _AMOUNT,
        "deadline": {Look.DAY: 0.6},
        "start_date": {Look.DAY: 0.3},
        "cooperation_modes": {Look.MODE: 0.9},
        "preferred_partners": {Look.ORGANISATION: 0.4},
        "min_trl": {Look.STAGE: 0.5},
        "need_kind": {Look.PHRASE: 0.1},
    },
    Kind.ACHIEVEMENT: {
        "title": {Look.PHRASE: 0.6, Look.TEXT: 0.2},
        "owner_org": {Look.ORGANISATION: 0.9},
        "completed_by": {Look.PERSON: 0.7},
        "summary": {Look.TEXT: 0.7, Look.PHRASE: 0.2},
        "advantages": {Look.TEXT: 0.3, Look.PHRASE: 0.2},
        "scenarios": {Look.TEXT: 0.3, Look.PHRASE: 0.2},
        "trl": {Look.STAGE: 0.9},
        "price": _AMOUNT,
        "ip_list": {Look.PATENT: 1},
        "transfer_modes": {Look.MODE: 0.9},
        "registration_number": {Look.CODE: 0.4},
        "research_end": {Look.DAY: 0.4},
        "filed_on": {Look.DAY: 0.3},
    },
    Kind.MANAGER: {
        "title": {Look.PERSON: 0.9},
        "affiliations": {Look.ORGANISATION: 1},
        "position": {Look.PHRASE: 0.4, Look.PERSON: 0.4},
        "certificate_level": {Look.LEVEL: 1},
        "certificate_number": {Look.CODE: 0.6},
        "certificate_issued_on": {Look.DAY: 0.6},
        "years": {Look.YEARS: 0.6},
        "regions": {Look.REGION: 0.8},
        "expertise": {Look.TEXT: 0.6, Look.PHRASE: 0.2},
        "track_record": {Look.AMOUNT: 0.3, Look.NUMBER: 0.3, Look.TEXT: 0.2},
        "service_kinds": {Look.PHRASE: 0.2},
    },
    Kind.CONTRACT: {
        "title": {Look.PHRASE: 0.6},
        "registration_no": {Look.CONTRACT_NUMBER: 1, Look.CODE: 0.3},
        "kind": {Look.CONTRACT_KIND: 1},
        "seller": {Look.ORGANISATION: 0.7},
        "buyer": {Look.ORGANISATION: 0.7},
        "seller_region": {Look.REGION: 0.5},
        "buyer_region": {Look.REGION: 0.5},
        "deal_amount": _AMOUNT,
        "technology_amount": {Look.AMOUNT: 0.4, Look.NUMBER: 0.3},
        "signed_on": {Look.DAY: 0.6},
        "registered_on": {Look.DAY: 0.4},
        "starts_on": {Look.DAY: 0.3},
        "ends_on": {Look.DAY: 0.4},
    },
    Kind.ORGANISATION: {
        "title": {Look.ORGANISATION: 1},
        "kind": {Look.PHRASE: 0.1},
    },
}
"""Field → what its values look like, and how much that alone says for the field."""
_DESCRIBING = frozenset({"main_problem", "summary"})
_NAMED_BY_PHRASES = frozenset({Kind.DEMAND, Kind.ACHIEVEMENT, Kind.CONTRACT})
_ABOUT: Mapping[Kind, re.Pattern[str]] = {
    Kind.DEMAND: re.compile(
        "需求|榜|难题|难点|攻关|攻坚|求解|诉求|卡脖子|卡点|卡在|堵点|痛点|症结|瓶颈|难处|要找|找技术|想要|课题|愿出|盼|\\btrouble\\b|\\bneeds?\\b"
    ),
    Kind.ACHIEVEMENT: re.compile(
        "成果|专利|转化|转让|可供|储备|推介|路演|研制|发明|产权|主创|出让|成熟"
        "|\\bpatents?\\b|\\bmaturity\\b|\\bask price\\b"
    ),
    Kind.MANAGER: re.compile("经理人|经纪|从业|花名册|队伍|特派员|专员|供职|持证|人才|头衔|履历"),
    Kind.CONTRACT: re.compile("合同|签约|交易|买卖|成交|台账|认定|流水|价款|签下|供给者|承接者"),
    Kind.ORGANISATION: re.compile("名录|企业名单|单位名单|机构名单|通讯录|会员单位"),
}
_MARKS: Mapping[Kind, frozenset[Look]] = {
    Kind.ACHIEVEMENT: frozenset({Look.PATENT}),
    Kind.MANAGER: frozenset({Look.LEVEL}),
    Kind.CONTRACT: frozenset({Look.CONTRACT_NUMBER, Look.CONTRACT_KIND}),
}
"""Contents that lists of one kind alone have."""


def proposals_of(column: SeenColumn, kind: Kind) -> tuple[Proposal, ...]:
    """The likeliest fields of a column for a kind, best first, at most `MOST`."""
    found = sorted(_scores(column, kind).items(), key=lambda one: -one[1])
    return tuple(Proposal(name, round(score, 2)) for name, score in found[:MOST] if score >= SHOWN)


def assigned(columns: Sequence[SeenColumn], kind: Kind) -> dict[str, Proposal]:
    """Key → the field of a column, so that no field is given twice and the best scores come first. Only `LIKELY` ones;
    columns whose field is known keep it and are left out."""
    taken = {column.known for column in columns if column.known is not None}
    pairs = [
        (score, column.key, name)
        for column in columns
        if column.known is None
        for name, score in _scores(column, kind).items()
        if score >= LIKELY
    ]
    found: dict[str, Proposal] = {}
    for score, key, name in sorted(pairs, key=lambda one: -one[0]):
        if key not in found and name not in taken:
            found[key] = Proposal(name, round(score, 2))
            taken.add(name)
    return _by_elimination(columns, kind, found)


def kinds_of(columns: Sequence[SeenColumn], around: str) -> tuple[LikelyKind, ...]:
    """The kinds that a list may hold, likeliest first.

    Args:
        columns: with their field where a person has said it; what the dictionary knows depends on the kind.
        around: title, name of the sheet, and what else stands about the list.
    """
    if not columns:
        return ()
    headers = " ".join(column.header for column in columns)
    found = [_likely_kind(columns, kind, around, headers) for kind in Kind]
    return tuple(sorted(found, key=lambda one: -one.score))


def sure_kind(kinds: Sequence[LikelyKind]) -> Kind | None:
    """The likeliest kind, if it is likely enough and well ahead of the next one."""
    if not kinds or not kinds[0].names:
        return None
    ahead = kinds[0].score - (kinds[1].score if len(kinds) > 1 else 0.0)
    is_likely = any(kinds[0].score >= score and ahead >= least for score, least in _LIKELY_KINDS)
    return kinds[0].kind if is_likely else None


def is_private(column: SeenColumn) -> bool:
    """Whether a column holds what is never read, so that none of its values may be shown or kept."""
    if column.looks.get(Look.IDENTITY):
        return True
    for kind in Kind:
        alike = likeness(column.header, kind)
        if alike.get(_NEVER, 0.0) >= max((LIKELY, *alike.values())):
            return True
    return False


def _likely_kind(columns: Sequence[SeenColumn], kind: Kind, around: str, headers: str) -> LikelyKind:
    own = [_with_dictionary(column, kind) for column in columns]
    given = assigned(own, kind)
    scores = [
        0.9 if column.known else given[column.key].score if column.key in given else 0.0
        for column in own
        if (column.known or "") not in _LEFT_OUT
    ]
    score = 0.6 * (sum(scores) / max(len(scores), 1))
    score += 0.3 if _ABOUT[kind].search(around) or TITLES[kind].search(around) else 0.0
    score += min(0.05 * len(_ABOUT[kind].findall(headers)), 0.15)
    if any(column.looks.get(look, 0.0) >= 0.5 for column in columns for look in _MARKS.get(kind, ())):
        score += 0.12
    fields = {column.known for column in own if column.known} | {one.field for one in given.values()}
    return LikelyKind(kind, round(score, 2), "title" in fields)


def _with_dictionary(column: SeenColumn, kind: Kind) -> SeenColumn:
    if column.known is not None:
        return column
    exact = [name for name, value in likeness(column.header, kind).items() if value >= 1.0]
    known = exact[0] if len(exact) == 1 and not contradicts(column, exact[0], kind) else None
    return SeenColumn(column.key, column.header, column.looks, known)


def contradicts(column: SeenColumn, name: str, kind: Kind) -> bool:
    """Whether the values of a column are not what a field holds."""
    fits = _fits(kind).get(name)
    if not fits or not column.looks or name == "status":
        return False
    return max((column.looks.get(look, 0.0) for look in fits), default=0.0) < 0.2


def _scores(column: SeenColumn, kind: Kind) -> dict[str, float]:
    """Field → 0 to 1, by header and contents; where the contents contradict, hardly anything."""
    alike = likeness(column.header, kind)
    fits = _fits(kind)
    found: dict[str, float] = {}
    for name in {*alike, *fits}:
        if name in NOT_PROPOSED or name in _UNUSED.get(kind, ()) or name not in _fields(kind):
            continue
        by_header = alike.get(name, 0.0)
        by_contents = max(
            (column.looks.get(look, 0.0) * weight for look, weight in fits.get(name, {}).items()), default=0.0
        )
        score = 0.65 * by_header + 0.55 * by_contents
        if contradicts(column, name, kind):
            score = min(score, SHOWN)
        found[name] = min(score, 1.0)
    return found


def _by_elimination(
    columns: Sequence[SeenColumn], kind: Kind, found: dict[str, Proposal]
) -> dict[str, Proposal]:
    """What can only be one thing: in a ledger of contracts, the column of organisations that is left is the other
    party; the one column of short texts that is left holds the names."""
    if kind is Kind.CONTRACT:
        found = _other_party(columns, found)
    return _names(columns, found) if kind in _NAMED_BY_PHRASES else found


def _other_party(columns: Sequence[SeenColumn], found: dict[str, Proposal]) -> dict[str, Proposal]:
    fields = {column.known for column in columns if column.known} | {one.field for one in found.values()}
    left = [
        column
        for column in columns
        if column.known is None
        and column.key not in found
        and column.looks.get(Look.ORGANISATION, 0.0) >= 0.6
    ]
    open_ = [name for name in ("seller", "buyer") if name not in fields]
    if len(left) == 1 and len(open_) == 1:
        return found | {left[0].key: Proposal(open_[0], LIKELY)}
    return found


def _names(columns: Sequence[SeenColumn], found: dict[str, Proposal]) -> dict[str, Proposal]:
    fields = {column.known for column in columns if column.known} | {one.field for one in found.values()}
    if "title" in fields:
        return found
    open_ = [column for column in columns if column.known is None and column.key not in found]
    phrases = [
        column
        for column in open_
        if column.looks.get(Look.PHRASE, 0.0) >= 0.6 and column.looks.get(Look.PERSON, 0.0) < 0.5
    ]
    if len(phrases) == 1:
        return found | {phrases[0].key: Proposal("title", LIKELY)}
    # Where a short text was taken for the description and a long one is left, the short one is the name.
    described = next((key for key, one in found.items() if one.field in _DESCRIBING), None)
    long = [column for column in open_ if column.looks.get(Look.TEXT, 0.0) >= 0.6]
    short = next((column for column in columns if column.key == described), None)
    if phrases or described is None or short is None or len(long) != 1:
        return found
    if short.looks.get(Look.PHRASE, 0.0) < 0.6:
        return found
    return found | {
        described: Proposal("title", LIKELY),
        long[0].key: Proposal(found[described].field, LIKELY),
    }


@cache
def _fits(kind: Kind) -> Mapping[str, Mapping[Look, float]]:
    return {**_ANY, **_FITS[kind]}


@cache
def _fields(kind: Kind) -> frozenset[str]:
    return frozenset(wordings(kind).values())
