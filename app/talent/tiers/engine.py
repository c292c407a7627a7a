"""The tier engine: figures and rules give a tier, with the rule, all conditions and gaps. Pure: no database, no clock.

Rules are tried from C down; the first that holds decides the tier. The result contains every condition of every rule,
with the gap of those that fail.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.libraries.record.enums import CertificateLevel
from app.talent.recognition_facts import TierCase
from app.talent.tiers.enums import OPEN_QUESTIONS, FilingNeed, Tier, Window
from app.talent.tiers.figures import Figures, figures
from app.talent.tiers.rules import Configuration, RuleSet, TierRule


@dataclass(frozen=True, slots=True)
class RuleCondition:
    """One condition of a rule: `needed`, `actual`, and the `gap` between them; None if the condition holds.

    `name` is landed_projects, amount_year_wan, amount_total_wan, certificate or filing.
    """

    name: str
    needed: str
    actual: str
    gap: str | None
    zh: str
    en: str

    @property
    def holds(self) -> bool:
        return self.gap is None


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    rule: TierRule
    conditions: tuple[RuleCondition, ...]

    @property
    def holds(self) -> bool:
        return all(condition.holds for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result: `rule` decided `tier`; `next_tier` is the tier above, `missing` the rules that lead there."""

    rules: RuleSet
    configuration: Configuration
    case: TierCase
    figures: Figures
    outcomes: tuple[RuleOutcome, ...]
    tier: Tier | None
    rule: TierRule | None

    @property
    def next_tier(self) -> Tier | None:
        return Tier.above(self.tier)

    @property
    def missing(self) -> tuple[RuleOutcome, ...]:
        """The rules of the next tier; one of them is sufficient."""
        return tuple(outcome for outcome in self.outcomes if outcome.rule.tier is self.next_tier)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another choice for an open question that would change the tier."""

    question: str
    choice: str
    tier: Tier | None


def evaluate(rules: RuleSet, configuration: Configuration, case: TierCase) -> Evaluation:
    totals = figures(case, configuration)
    outcomes = tuple(
        RuleOutcome(rule, tuple(_conditions(rule, totals, configuration))) for rule in rules.rules
    )
    reached = next((outcome.rule for outcome in outcomes if outcome.holds), None)
    return Evaluation(
        rules=rules,
        configuration=configuration,
        case=case,
        figures=totals,
        outcomes=outcomes,
        tier=reached.tier if reached else None,
        rule=reached,
    )


def alternatives(evaluation: Evaluation) -> list[Alternative]:
    """All single changes of a policy choice that would change the tier."""
    changes = []
    for question, (_, _, choices) in OPEN_QUESTIONS.items():
        for choice in choices:
            if choice == getattr(evaluation.configuration, question):
                continue
            other = evaluation.configuration.model_copy(update={question: choice})
            tier = evaluate(evaluation.rules, other, evaluation.case).tier
            if tier is not evaluation.tier:
                changes.append(Alternative(question, choice.value, tier))
    return changes


def _conditions(rule: TierRule, totals: Figures, configuration: Configuration) -> Iterator[RuleCondition]:
    if rule.landed_projects is not None:
        period = configuration.project_window
        yield _at_least(
            "landed_projects",
            Decimal(rule.landed_projects),
            totals.landed_projects,
            f"{period.zh}在济落地项目不少于 {rule.landed_projects} 个",
            f"at least {rule.landed_projects} projects landed in Jinan {period.en}",
        )
    if rule.amount_wan is not None:
        yearly = rule.amount_period == "year" or configuration.unstated_period is Window.YEAR
        period = Window.YEAR if yearly else Window.CUMULATIVE
        yield _at_least(
            "amount_year_wan" if yearly else "amount_total_wan",
            rule.amount_wan,
            totals.amount_year_wan if yearly else totals.amount_total_wan,
            f"{period.zh}技术合同额不少于 {rule.amount_wan} 万元",
            f"technology contracts of at least {rule.amount_wan} × 10,000 yuan {period.en}",
        )
    if rule.certificate is not None:
        yield _certificate(rule.certificate, totals)
    if configuration.filing is FilingNeed.REQUIRED:
        yield RuleCondition(
            "filing",
            needed="valid",
            actual="valid" if totals.filed else "none",
            gap=None if totals.filed else "valid",
            zh="在备案有效期内",
            en="a valid filing",
        )


def _at_least(name: str, needed: Decimal, actual: Decimal, zh: str, en: str) -> RuleCondition:
    gap = None if actual >= needed else plain(needed - actual)
    return RuleCondition(name, plain(needed), plain(actual), gap, zh, en)


def _certificate(needed: CertificateLevel, totals: Figures) -> RuleCondition:
    actual = totals.certificate.level if totals.certificate else CertificateLevel.NONE
    return RuleCondition(
        "certificate",
        needed=needed.value,
        actual=actual.value,
        gap=None if actual.rank >= needed.rank else needed.value,
        zh=f"有效的{needed.zh}或以上培训证书",
        en=f"a valid certificate of level {needed.value} or higher",
    )


def plain(number: Decimal) -> str:
    """The number without exponent and trailing zeros: 5000, 4999.99, 0.5."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
