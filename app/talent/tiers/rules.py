"""Tier rules as data: TOML files with validity period and source, validated when they are read."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.clock import today
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
    """The policy document with the rules; `published_on` is not always the year of its `number`."""

    number: str
    title: str
    issuer: str
    published_on: date


class Configuration(_Fixed):
    """A choice for each question that the policy leaves open (`enums.OPEN_QUESTIONS`)."""

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
    """A rule; all given conditions must hold, and all figures are inclusive (以上). Amounts are in 万元."""

    id: str = Field(min_length=1, max_length=8)
    tier: Tier
    wording: Wording
    landed_projects: int | None = Field(None, ge=1)
    amount_wan: Decimal | None = Field(None, gt=0, decimal_places=2)
    amount_period: Literal["year", "unstated"] | None = None
    certificate: CertificateLevel | None = None

    @model_validator(mode="after")
    def _has_conditions(self) -> Self:
        if (self.amount_wan is None) != (self.amount_period is None):
            raise ValueError("an amount needs its period, and a period its amount")
        if self.certificate is CertificateLevel.NONE:
            raise ValueError("`none` is not a certificate level that a rule can require")
        if self.landed_projects is None and self.amount_wan is None and self.certificate is None:
            raise ValueError("a rule needs at least one condition")
        return self


class RuleSet(_Fixed):
    """The rules of one policy, in force for whole calendar years. `rules` are ordered from the highest tier."""

    id: str = Field(pattern=r"^[a-z0-9-]{3,40}$")
    title_zh: str
    title_en: str
    valid_from: date
    valid_to: date
    source: Source
    configuration: Configuration
    rules: tuple[TierRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if (self.valid_from.month, self.valid_from.day) != (1, 1) or (
            self.valid_to.month,
            self.valid_to.day,
        ) != (12, 31):
            raise ValueError("a rule set must begin on 1 January and end on 31 December")
        if self.valid_to < self.valid_from:
            raise ValueError("valid_to must not be before valid_from")
        if len({rule.id for rule in self.rules}) != len(self.rules):
            raise ValueError("two rules have the same id")
        ranks = [rule.tier.rank for rule in self.rules]
        if ranks != sorted(ranks, reverse=True):
            raise ValueError("the rules must be in the order C, D, E, because the first that holds decides")
        return self

    def holds_in(self, year: int) -> bool:
        return self.valid_from.year <= year <= self.valid_to.year


def read_rule_sets(texts: Mapping[str, str]) -> tuple[RuleSet, ...]:
    """The rule sets of these files (name → TOML), oldest first.

    Raises:
        ValueError: a file violates the schema, or two rule sets are in force in the same year.
    """
    sets = []
    for name, text in texts.items():
        try:
            sets.append(RuleSet.model_validate(tomllib.loads(text)))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    for rules, other in combinations(sets, 2):
        if rules.valid_from <= other.valid_to and other.valid_from <= rules.valid_to:
            raise ValueError(f"{rules.id} and {other.id} hold at the same time")
        if rules.id == other.id:
            raise ValueError(f"two rule sets have the id {rules.id}")
    return tuple(sorted(sets, key=lambda rules: rules.valid_from))


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
        Invalid: no rules are in force in that year; the message lists the years with rules.
    """
    for rules in rule_sets():
        if rules.holds_in(year):
            return rules
    years = ", ".join(f"{rules.valid_from.year}–{rules.valid_to.year}" for rules in rule_sets())
    raise Invalid.field(
        "year",
        "no_rules_for_year",
        f"{year} 年没有人才认定规则；现有规则适用年度：{years}",
        f"has no recognition rules ({year}); rules exist for {years}",
    )


def rules_of_begun_year(year: int) -> RuleSet:
    """
    Raises:
        Invalid: as `rules_of`; or the year has not begun, so that there is nothing to recognise.
    """
    if year > today().year:
        raise Invalid.field(
            "year",
            "year_not_begun",
            f"{year} 年度尚未开始",
            f"the year {year} has not begun",
        )
    return rules_of(year)


def rule_set(id_: str) -> RuleSet | None:
    return next((rules for rules in rule_sets() if rules.id == id_), None)
