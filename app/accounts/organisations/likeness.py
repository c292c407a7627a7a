"""Likeness of names: two organisations that may be one, so that somebody should look.

The name of one begins with the whole name of the other (岱阳理工大学, 岱阳理工大学技术转移中心). Or both sit in one
city, and have a short name in common, by which nobody is identified (`names.NameKind.SHORT`), or two of their names
differ by little: a character, a word of the place (济南砺桥, 山东砺桥, 砺桥（济南）); or one is the research
institute of the other's name (云岭机械研究院, 山东云岭机械有限公司), or the other in Latin script (Shandong Yunling
Machinery Co., Ltd.).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from rapidfuzz import fuzz
from rapidfuzz.distance import Prefix
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation, OrganisationKind, OrganisationName
from app.accounts.organisations.names import NameKind, identity_of
from app.text.romanised_names import brand_spellings, is_translation, place_spellings, without_places
from app.vocabularies import vocabulary

SIMILAR, SIMILAR_IN_CITY = 85, 90
"""Similarity of two names in one district, and in one city, of 100, from which on somebody should look. In a whole city
many firms have names that differ by a character of the brand (济南鑫源机械设备, 济南鑫泉机械设备)."""
_PUBLIC = frozenset({OrganisationKind.UNIVERSITY, OrganisationKind.INSTITUTE, OrganisationKind.BUREAU})
_ENDINGS = ("省", "市", "区", "县")
_LEAST_WITHOUT_PLACE = 4

NameRow = tuple[UUID, UUID | None, str, str, bool, str | None, str | None]
"""An organisation, the one that stands for it, its region, its kind, whether the bureau vouches for it, and the core
and kind of one of its names."""


@dataclass(frozen=True, slots=True)
class NamedParty:
    """An organisation as its names are compared.

    Attributes:
        region: its code; "" for a name that no organisation has.
        trusted: whether the bureau vouches for its names.
        names: all of them, as `identity_of`.
        identities: those by which an organisation is identified.
        compared: the identities, with and without their place.
    """

    id: UUID | None
    region: str
    trusted: bool
    names: frozenset[str]
    identities: frozenset[str]
    compared: frozenset[str]

    @classmethod
    def called(cls, name: str) -> "NamedParty":
        """What somebody entered as a name."""
        core = frozenset({identity_of(name).core} - {""})
        return cls(None, "", False, core, core, core)

    def is_like(self, other: "NamedParty") -> bool:
        """Whether the names of both are alike."""
        if not self.identities.isdisjoint(other.identities):
            return True
        if any(is_part(one, another) for one in self.identities for another in other.identities):
            return True
        return self.is_near(other) and (
            not self.names.isdisjoint(other.names)
            or any(
                similarity(one, another) >= self.least_similarity(other)
                for one in self._compared_with(other)
                for another in other._compared_with(self)
            )
            or self.is_other_form_of(other)
        )

    def is_other_form_of(self, other: "NamedParty") -> bool:
        """Whether one is the research institute of the other's name, or the other in Latin script."""
        if not any(map(_has_other_form, (*self.identities, *other.identities))):
            return False
        region, other_region = self.region or other.region, other.region or self.region
        mine, theirs = forms_of(self.identities, region), forms_of(other.identities, other_region)
        return mine.are_one(theirs) or theirs.are_one(mine)

    def _compared_with(self, other: "NamedParty") -> Iterable[str]:
        """A name whose place nobody knows is compared without the other's place, too (砺桥（济南）)."""
        if self.region or not other.region:
            return self.compared
        return set(_with_and_without(self.compared, other.region))

    def is_near(self, other: "NamedParty") -> bool:
        """Whether both sit in one city, as far as is known."""
        return self.region[:4] == other.region[:4] or "" in (self.region, other.region)

    def least_similarity(self, other: "NamedParty") -> int:
        """From which similarity of their names on the two may be one, if they are near."""
        same_district = self.region == other.region or "" in (self.region, other.region)
        return SIMILAR if same_district else SIMILAR_IN_CITY


@dataclass(frozen=True, slots=True)
class OtherForms:
    """Names of one organisation as they are compared with others of another kind or script.

    Attributes:
        researched: what its research institutes are of: 山东云岭机械 and 云岭机械 of 山东云岭机械研究院.
        firms: names that are none of a research institute, with and without their place.
        latin: names in Latin script without their place.
        brands: how the names in Chinese begin in pinyin, without their place.
        chinese: the names in Chinese without their place.
        places: those of the region in pinyin.
    """

    researched: frozenset[str]
    firms: frozenset[str]
    latin: frozenset[str]
    brands: frozenset[str]
    chinese: frozenset[str]
    places: frozenset[str]

    def are_one(self, other: "OtherForms") -> bool:
        """Whether this one is the research institute, or the name in Latin script, of the other."""
        return not self.researched.isdisjoint(other.firms) or any(
            any(latin.startswith(brand) for brand in other.brands)
            and any(is_translation(latin, chinese, self.places) for chinese in other.chinese)
            for latin in self.latin
        )


@lru_cache(maxsize=100_000)
def forms_of(names: frozenset[str], region: str) -> OtherForms:
    """The names (as `identity_of`) of an organisation in this region in other forms."""
    places = _places_in_pinyin(region)
    chinese = {name: without_place(name, region) for name in names if not name.isascii()}
    researched, firms = set[str](), set[str]()
    for name, rest in chinese.items():
        target = researched if _RESEARCH.search(name) else firms
        ends = (_RESEARCH, _SHORT_RESEARCH) if target is researched else (_GROUP,)
        for one in (name, rest):
            target.update(core for end in ends if len(core := end.sub("", one)) >= _LEAST_WITHOUT_PLACE)
    bare = frozenset(chinese.values())
    return OtherForms(
        frozenset(researched),
        frozenset(firms),
        frozenset(without_places(name, places) for name in names if name.isascii()) - {""},
        frozenset(brand for name in bare for brand in brand_spellings(name)),
        bare,
        places,
    )


def _has_other_form(name: str) -> bool:
    return name.isascii() or _SHORT_RESEARCH.search(name) is not None


_SHORT_RESEARCH = re.compile("(?:研究总院|研究院|研究所|研究中心|实验室|设计院|技术中心)$")
_RESEARCH = re.compile(
    "(?:科学|技术|工程|应用|产业|工业|创新|设计)*(?:研究总院|研究院|研究所|研究中心|实验室|设计院|技术中心)$"
)
_GROUP = re.compile("(?:集团|控股|股份)+$")


@lru_cache(maxsize=5_000)
def _places_in_pinyin(region: str) -> frozenset[str]:
    return place_spellings(_place_words(region))


@lru_cache(maxsize=200_000)
def similarity(one: str, other: str) -> int:
    """0–100; 0 for names that are not similar. Numbers and directions tell apart (第一医院 and 第二医院 are two); so
    does a word that only one of them has (济南技术转移 and 济南砺桥技术转移), unless it tells nothing (集团)."""
    found = fuzz.ratio(one, other, score_cutoff=SIMILAR)
    if not found or _differ_by_number(one, other):
        return 0
    put_in = _put_in(*sorted((one, other), key=len))
    return int(found) if len(put_in) < _WORD or put_in in _TELL_NOTHING else 0


_WORD = 2
_TELL_NOTHING = frozenset(
    {"集团", "控股", "控股集团", "实业", "国际", "中国", "股份", "服务", "科技", "发展", "中心"}
)


def _put_in(short: str, long: str) -> str:
    """What the longer name has more in one place; "" if they differ in another way."""
    start = Prefix.similarity(short, long)
    end = len(long) - (len(short) - start)
    return long[start:end] if short[start:] == long[end:] else ""


def is_part(one: str, other: str) -> bool:
    """Whether one of the names begins with all of the other, and so tells a part of it: an institute of a university,
    the trade union of a company."""
    short, long = sorted((one, other), key=len)
    return len(short) < len(long) and long.startswith(short) and is_whole(short, long[len(short) :])


def is_whole(name: str, rest: str) -> bool:
    """Whether `name` ends where `rest` begins: with the kind of an institution, or before the form of a company."""
    return len(name) >= _LEAST_WHOLE and (
        _INSTITUTION.search(name) is not None or rest.startswith(("有限", "股份", "公司"))
    )


_LEAST_WHOLE = 4
_INSTITUTION = re.compile("(?:大学|学院|学校|研究院|研究所|科学院|设计院|医院|事务所)$")


def named_parties(session: Session) -> dict[UUID, NamedParty]:
    """All organisations that have not been merged, with their names."""
    query = (
        select(
            Organisation.id,
            Organisation.merged_into_id,
            Organisation.region,
            Organisation.kind,
            Organisation.trusted,
            OrganisationName.core,
            OrganisationName.kind,
        )
        .outerjoin(OrganisationName, OrganisationName.organisation_id == Organisation.id)
        .where(Organisation.merged_into_id.is_(None))
    )
    return parties_of(session.execute(query))


def parties_of(
    rows: Iterable[NameRow],
) -> dict[UUID, NamedParty]:
    """Organisation → its names."""
    found: dict[UUID, tuple[UUID, str, str, bool, set[str], set[str]]] = {}
    for id_, merged, region, kind, trusted, core, name_kind in rows:
        row = found.setdefault(id_, (merged or id_, region, kind, trusted, set(), set()))
        if core:
            row[4].add(core)
            if name_kind != NameKind.SHORT:
                row[5].add(core)
    return {
        id_: NamedParty(
            stands,
            region,
            trusted,
            frozenset(names),
            frozenset(full),
            frozenset(full if kind in _PUBLIC else _with_and_without(full, region)),
        )
        for id_, (stands, region, kind, trusted, names, full) in found.items()
    }


_NUMBERS = frozenset("0123456789一二三四五六七八九十东南西北")


def _differ_by_number(one: str, other: str) -> bool:
    """Whether two different names differ by numbers or directions alone."""
    return one != other and "".join(char for char in one if char not in _NUMBERS) == "".join(
        char for char in other if char not in _NUMBERS
    )


def _with_and_without(names: Iterable[str], region: str) -> Iterable[str]:
    """Institutions of the province and of the city are two, so only other names are compared without their place."""
    for name in names:
        yield name
        rest = without_place(name, region)
        if len(rest) >= _LEAST_WITHOUT_PLACE:
            yield rest


@lru_cache(maxsize=50_000)
def without_place(name: str, region: str) -> str:
    """The name without the names of its organisation's province, city and district."""
    for word in _place_words(region):
        name = name.replace(word, "", 1)
    return name


@lru_cache(maxsize=5_000)
def _place_words(region: str) -> tuple[str, ...]:
    """Of the province, the city and all its districts, with their endings and without, the longest first."""
    if region == "000000":
        return ()
    labels = {
        label
        for label, code in vocabulary("regions").names
        if code == f"{region[:2]}0000" or code.startswith(region[:4])
    }
    bare = {label.removesuffix(ending) for label in labels for ending in _ENDINGS if label.endswith(ending)}
    return tuple(sorted((one for one in labels | bare if len(one) > 1), key=lambda one: (-len(one), one)))
