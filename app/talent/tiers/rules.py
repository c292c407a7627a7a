"""Rules of recognition as data: TOML files with a validity period and their source, checked when they are read."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import Invalid
from app.libraries.record.enums import CertificateLevel
from app.talent.tiers.enums import (
    AmountBasis,
    CountedContracts,
    FilingNeed,
    Parties,
    ProjectUnit,
    ProjectYear,
    Shared,
    Tier,
    Window,
    Wording,
    YearBy,
)


class _Fixed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Fixed):
    """The document in which the figures stand. Its number and its date are facts of their own."""

    number: str
    title: str
    issuer: str
    published_on: date


class Configuration(_Fixed):
    """A choice for everything that the document leaves open; see ``kinds.OPEN_QUESTIONS``."""

    project_window: Window
    project_year_by: ProjectYear
    project_unit: ProjectUnit
    unstated_period: Window
    counted_contracts: CountedContracts
    shared_amounts: Shared
    shared_projects: Shared
    amount_basis: AmountBasis
    year_by: YearBy
    parties: Parties
    filing: FilingNeed


class TierRule(_Fixed):
    """Everything given must hold; every figure is inclusive (以上). Amounts are in 万元."""

    id: str = Field(min_length=1, max_length=8)
    tier: Tier
    wording: Wording
    landed_projects: int | None = Field(None, ge=1)
    amount_wan: Decimal | None = Field(None, gt=0, decimal_places=2)
    amount_period: Literal["year", "unstated"] | None = None
    certificate: CertificateLevel | None = None

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if (self.amount_wan is None) != (self.amount_period is None):
            raise ValueError("an amount needs its period, and a period its amount")
        if self.certificate is CertificateLevel.NONE:
            raise ValueError("`none` is no certificate to ask for")
        if self.landed_projects is None and self.amount_wan is None and self.certificate is None:
            raise ValueError("a rule that asks for nothing would recognise everybody")
        return self


class RuleSet(_Fixed):
    """The rules of one policy, in force in whole calendar years. `rules` stand highest tier first."""

    id: str = Field(pattern=r"^[a-z0-9-]{3,40}$")
    title_zh: str
    title_en: str
    valid_from: date
    valid_to: date
    source: Source
    configuration: Configuration
    rules: tuple[TierRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.valid_from.month, self.valid_from.day) != (1, 1) or (
            self.valid_to.month,
            self.valid_to.day,
        ) != (12, 31):
            raise ValueError("tiers are of a year: a rule set begins on 1 January and ends on 31 December")
        if self.valid_to < self.valid_from:
            raise ValueError("the end lies before the start")
        if len({rule.id for rule in self.rules}) != len(self.rules):
            raise ValueError("two rules bear one id")
        ranks = [rule.tier.rank for rule in self.rules]
        if ranks != sorted(ranks, reverse=True):
            raise ValueError("the rules must stand in the order C, D, E: the first that holds counts")
        return self

    def holds_in(self, year: int) -> bool:
        return self.valid_from.year <= year <= self.valid_to.year


def read_rule_sets(texts: Mapping[str, str]) -> tuple[RuleSet, ...]:
    """The rule sets of these files (name → TOML), oldest first.

    Raises:
        ValueError: a file breaks the schema, or two sets hold in one year.
    """
    sets = []
    for name, text in texts.items():
        try:
            sets.append(RuleSet.model_validate(tomllib.loads(text)))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    for one, other in combinations(sets, 2):
        if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
            raise ValueError(f"{one.id} and {other.id} hold at the same time")
        if one.id == other.id:
            raise ValueError(f"two rule sets are called {one.id}")
    return tuple(sorted(sets, key=lambda one: one.valid_from))


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    folder = files("app.talent") / "rules"
    return read_rule_sets(
        {
            entry.name: entry.read_text(encoding="utf-8")
            for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
            if entry.name.endswith(".toml")
        }
    )


def rules_of(year: int) -> RuleSet:
    """
    Raises:
        Invalid: no rules hold in that year; the message says for which years there are some.
    """
    for one in rule_sets():
        if one.holds_in(year):
            return one
    years = ", ".join(f"{one.valid_from.year}–{one.valid_to.year}" for one in rule_sets())
    raise Invalid.field(
        "year",
        "no_rules_for_year",
        f"{year} 年没有人才认定规则; 现有规则适用年度: {years}",
        f"no rules of recognition hold in {year}; there are rules for {years}",
    )


def rule_set(id_: str) -> RuleSet | None:
    return next((one for one in rule_sets() if one.id == id_), None)
