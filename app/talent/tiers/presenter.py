"""Responses about evaluations and rule sets."""

from collections.abc import Sequence
from uuid import UUID

from app.libraries.managers.models import Manager
from app.talent.recognition_facts import CertificateFacts
from app.talent.tiers.choices import Choices
from app.talent.tiers.engine import Evaluation, RuleCondition, RuleOutcome, alternatives, plain
from app.talent.tiers.enums import OPEN_QUESTIONS, Tier
from app.talent.tiers.figures import EXCLUSION_REASONS, CountedContract
from app.talent.tiers.rules import Configuration, RuleSet
from app.talent.tiers.schemas import (
    AlternativeRead,
    CertificateLine,
    ChoiceRead,
    ConditionRead,
    ConfigurationRead,
    ContractLineRead,
    FiguresRead,
    MissingRead,
    RecognisedRead,
    RuleFigures,
    RuleOutcomeRead,
    RuleSetRead,
    SourceRead,
    TierRead,
)


def choices_read(configuration: Configuration) -> list[ChoiceRead]:
    choices = []
    for question, (zh, en, _) in OPEN_QUESTIONS.items():
        choice = getattr(configuration, question)
        choices.append(
            ChoiceRead(
                question=question,
                zh=zh,
                en=en,
                choice=choice.value,
                choice_zh=choice.zh,
                choice_en=choice.en,
            )
        )
    return choices


def configuration_read(choices: Choices) -> ConfigurationRead:
    return ConfigurationRead(
        choices=choices_read(choices.values),
        version=choices.version,
        reason=choices.reason,
        decided_at=choices.decided_at,
    )


def rule_set_read(rules: RuleSet, choices: Choices) -> RuleSetRead:
    return RuleSetRead(
        id=rules.id,
        title_zh=rules.title_zh,
        title_en=rules.title_en,
        valid_from=rules.valid_from,
        valid_to=rules.valid_to,
        source=SourceRead.model_validate(rules.source),
        rules=[RuleFigures.model_validate(rule) for rule in rules.rules],
        configuration=configuration_read(choices),
    )


def tier_read(
    manager: Manager,
    evaluation: Evaluation,
    *,
    configuration_version: int | None,
    hypothetical: Sequence[UUID] = (),
) -> TierRead:
    """The evaluation as a response; `hypothetical` are the ids of contracts that do not exist."""
    tier, rule = evaluation.tier, evaluation.rule
    return TierRead(
        manager_id=manager.id,
        manager_number=manager.number,
        manager_name=manager.title,
        year=evaluation.case.year,
        day=evaluation.case.day,
        tier=tier,
        tier_zh=tier.zh if tier else None,
        wording=rule.wording if rule else None,
        wording_zh=rule.wording.zh if rule else None,
        rule_id=rule.id if rule else None,
        rule_set=evaluation.rules.id,
        source=SourceRead.model_validate(evaluation.rules.source),
        configuration=choices_read(evaluation.configuration),
        configuration_version=configuration_version,
        figures=_figures(evaluation),
        contracts=[_line(line, line.contract_id in hypothetical) for line in evaluation.figures.lines],
        rules=[_outcome(outcome) for outcome in evaluation.outcomes],
        next_tier=evaluation.next_tier,
        missing=[_missing(outcome) for outcome in evaluation.missing],
        alternatives=_alternatives(evaluation),
        recognised=(
            RecognisedRead(tier=manager.recognised_tier, year=manager.recognised_year)
            if manager.recognised_tier and manager.recognised_year
            else None
        ),
    )


def _figures(evaluation: Evaluation) -> FiguresRead:
    figures = evaluation.figures
    return FiguresRead(
        landed_projects=plain(figures.landed_projects),
        amount_year_wan=plain(figures.amount_year_wan),
        amount_total_wan=plain(figures.amount_total_wan),
        certificate=_certificate(figures.certificate),
        filed=figures.filed,
    )


def _certificate(certificate: CertificateFacts | None) -> CertificateLine | None:
    if certificate is None:
        return None
    return CertificateLine(
        level=certificate.level,
        level_zh=certificate.level.zh,
        number=certificate.number,
        valid_to=certificate.valid_to,
    )


def _line(line: CountedContract, hypothetical: bool) -> ContractLineRead:
    # Amount and project may have the same reason; it is listed once.
    codes = dict.fromkeys(code for code in (line.amount_reason, line.project_reason) if code)
    return ContractLineRead(
        contract_id=None if hypothetical else line.contract_id,
        number=line.number,
        title=line.title,
        version=line.version,
        share=plain(line.share),
        year=line.year,
        amount_wan=plain(line.amount_wan),
        in_year=line.in_year,
        in_total=line.in_total,
        amount_reason=line.amount_reason,
        projects=plain(line.projects),
        project_reason=line.project_reason,
        reasons_zh=[EXCLUSION_REASONS[code][0] for code in codes],
        reasons_en=[EXCLUSION_REASONS[code][1] for code in codes],
    )


def _condition(condition: RuleCondition) -> ConditionRead:
    return ConditionRead(
        name=condition.name,
        needed=condition.needed,
        actual=condition.actual,
        gap=condition.gap,
        holds=condition.holds,
        zh=condition.zh,
        en=condition.en,
    )


def _outcome(outcome: RuleOutcome) -> RuleOutcomeRead:
    return RuleOutcomeRead(
        rule_id=outcome.rule.id,
        tier=outcome.rule.tier,
        wording=outcome.rule.wording,
        wording_zh=outcome.rule.wording.zh,
        holds=outcome.holds,
        conditions=[_condition(condition) for condition in outcome.conditions],
    )


def _missing(outcome: RuleOutcome) -> MissingRead:
    failing = [condition for condition in outcome.conditions if not condition.holds]
    return MissingRead(
        rule_id=outcome.rule.id,
        tier=outcome.rule.tier,
        conditions=[_condition(condition) for condition in failing],
    )


def _alternatives(evaluation: Evaluation) -> list[AlternativeRead]:
    shown = []
    for alternative in alternatives(evaluation):
        zh, _, choices = OPEN_QUESTIONS[alternative.question]
        choice = next(candidate for candidate in choices if candidate == alternative.choice)
        tier: Tier | None = alternative.tier
        shown.append(
            AlternativeRead(
                question=alternative.question,
                question_zh=zh,
                choice=alternative.choice,
                choice_zh=choice.zh,
                tier=tier,
            )
        )
    return shown
