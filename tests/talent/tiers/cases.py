"""Cases for the tier engine: builders and hypothesis strategies."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from app.libraries.record.enums import CertificateLevel
from app.talent.recognition_facts import CertificateFacts, ContractFacts, TierCase
from app.talent.tiers.engine import Evaluation, evaluate
from app.talent.tiers.enums import OPEN_QUESTIONS
from app.talent.tiers.rules import Configuration, rules_of

YEAR = 2026
RULES = rules_of(YEAR)
LAST = date(YEAR, 12, 31)
LEVELS = [level for level in CertificateLevel if level.rank]


def contract(deal: str | Decimal = "100", **facts: Any) -> ContractFacts:
    """Signed, registered and landed in Jinan in the year, all one manager's."""
    id_ = uuid4()
    made = ContractFacts(
        id=id_,
        number=f"HT-{id_.hex[:6]}",
        title="技术开发合同",
        version=1,
        deal_wan=Decimal(deal),
        technology_wan=Decimal(deal),
        share=Decimal(100),
        signed_on=date(YEAR, 3, 1),
        registered_on=date(YEAR, 4, 1),
        landed_on=date(YEAR, 5, 1),
        landed_in_jinan=True,
        parties_in_jinan=2,
        project_id=id_,
    )
    return replace(made, **facts)


def unlanded(deal: str) -> ContractFacts:
    return contract(deal, landed_on=None, landed_in_jinan=False)


def certificate(level: str, valid_to: date | None = None) -> CertificateFacts:
    return CertificateFacts(uuid4(), CertificateLevel(level), "ZS-1", date(YEAR, 1, 5), valid_to)  # type: ignore[call-arg]


def case(*facts: ContractFacts | CertificateFacts, day: date = LAST, filed: bool = False) -> TierCase:
    return TierCase(
        year=YEAR,
        day=day,
        contracts=tuple(one for one in facts if isinstance(one, ContractFacts)),
        certificates=tuple(one for one in facts if isinstance(one, CertificateFacts)),
        filed=filed,
    )


def judged(*facts: ContractFacts | CertificateFacts, filed: bool = False, **choices: str) -> Evaluation:
    return evaluate(RULES, chosen(**choices), case(*facts, filed=filed))


def chosen(**choices: str) -> Configuration:
    return Configuration.model_validate(RULES.configuration.model_dump(mode="json") | choices)


def rank(evaluation: Evaluation) -> int:
    return evaluation.tier.rank if evaluation.tier else 0


# Amounts gather about the limits of the rules, so that examples fall on both sides of each.
amounts = st.sampled_from(
    [Decimal(text) for text in ("0.01", "9.99", "10", "49.99", "50", "499.99", "500", "4999.99", "5000")]
) | st.decimals("0.01", "6000", places=2)
shares = st.sampled_from([Decimal(100), Decimal(50)]) | st.decimals("0.01", "100", places=2)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
projects: st.SearchStrategy[UUID] = st.uuids() | st.sampled_from([UUID(int=number) for number in range(3)])


@st.composite
def contracts(draw: st.DrawFn) -> ContractFacts:
    signed = draw(st.none() | days)
    registered = signed and draw(st.none() | st.just(signed + timedelta(days=draw(st.integers(0, 90)))))
    landed = signed and draw(st.none() | st.just(signed + timedelta(days=draw(st.integers(0, 200)))))
    deal = draw(amounts)
    return contract(
        deal,
        technology_wan=min(deal, draw(amounts)),
        share=draw(shares),
        signed_on=signed,
        registered_on=registered,
        landed_on=landed,
        landed_in_jinan=landed is not None and draw(st.booleans()),
        parties_in_jinan=draw(st.integers(0, 2)),
        project_id=draw(projects),
        live=draw(st.booleans()),
        confirmed=draw(st.booleans()),
    )


certificates = st.builds(certificate, st.sampled_from([level.value for level in LEVELS]), st.none() | days)
configurations = st.builds(
    chosen,
    **{question: st.sampled_from([c.value for c in of]) for question, (_, _, of) in OPEN_QUESTIONS.items()},
)


@st.composite
def some_cases(draw: st.DrawFn) -> TierCase:
    """Now and then twenty contracts of one kind, without which nobody ever reaches C."""
    own = draw(st.lists(contracts(), max_size=6))
    if draw(st.booleans()):
        alike = draw(contracts())
        own += [
            replace(alike, id=uuid4(), project_id=uuid4())
            for _ in range(draw(st.sampled_from([9, 10, 19, 20])))
        ]
    return case(
        *own,
        *draw(st.lists(certificates, max_size=3)),
        day=draw(st.dates(date(YEAR, 1, 1), LAST)),
        filed=draw(st.booleans()),
    )
