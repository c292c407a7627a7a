"""The tier engine: the policy's limits, what counts and why not, what is missing, and properties that always hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.talent.recognition_facts import (
    CertificateFacts,
    ContractFacts,
    TierCase,
    digest,
    highest,
    pack,
    unpack,
)
from app.talent.tiers.engine import alternatives, evaluate
from app.talent.tiers.enums import OPEN_QUESTIONS, Tier
from app.talent.tiers.rules import Configuration, RuleSet, read_rule_sets
from tests.talent.tiers.cases import (
    RULES,
    amounts,
    case,
    certificate,
    certificates,
    configurations,
    contract,
    contracts,
    judged,
    rank,
    shares,
    some_cases,
    unlanded,
)


def spread(projects: int, amount: str) -> list[ContractFacts]:
    """So many landed projects whose contracts add up to the amount exactly."""
    rest = Decimal(amount) - Decimal("0.01") * (projects - 1)
    return [contract("0.01") for _ in range(projects - 1)] + [contract(rest)]


@pytest.mark.parametrize(
    ("projects", "amount", "tier", "rule"),
    [
        (20, "5000.00", "C", "C"),
        (19, "5000.00", "D", "D"),
        (20, "4999.99", "D", "D"),
        (10, "500.00", "D", "D"),
        (9, "500.00", None, None),
        (10, "499.99", None, None),
        (21, "5000.01", "C", "C"),
    ],
)
def test_projects_and_amounts_at_the_limits(
    projects: int, amount: str, tier: str | None, rule: str | None
) -> None:
    """Without a certificate: C and D ask for none."""
    found = judged(*spread(projects, amount))
    assert (found.tier, found.rule.id if found.rule else None) == (tier, rule)


@pytest.mark.parametrize(
    ("level", "amount", "rule"),
    [
        ("advanced", None, "E-1"),
        ("intermediate", "10.00", "E-2"),
        ("intermediate", "9.99", None),
        ("primary", "50.00", "E-3"),
        ("primary", "49.99", None),
        ("intermediate", None, None),
        (None, "499.99", None),
    ],
)
def test_certificates_and_amounts_at_the_limits(
    level: str | None, amount: str | None, rule: str | None
) -> None:
    facts = [certificate(level)] if level else []
    found = judged(*facts, *([unlanded(amount)] if amount else []))
    assert (found.rule.id if found.rule else None) == rule
    assert (found.tier is Tier.E) is (rule is not None)


def test_the_highest_that_holds_counts_and_is_worded_as_the_policy_words_it() -> None:
    found = judged(*spread(20, "5000"), certificate("advanced"))
    assert [(outcome.rule.id, outcome.holds) for outcome in found.outcomes] == [
        ("C", True),
        ("D", True),
        ("E-1", True),
        ("E-2", True),
        ("E-3", True),
    ]
    assert (found.tier, found.rule and found.rule.wording, found.next_tier) == ("C", "may", None)
    assert judged(*spread(10, "500")).rule.wording == "is"  # type: ignore[union-attr]  # it holds


def test_each_failing_condition_states_what_is_missing() -> None:
    found = judged(*spread(9, "499.99"), certificate("primary"))
    assert found.tier is Tier.E
    (way,) = found.missing
    assert [(one.name, one.needed, one.actual, one.gap) for one in way.conditions] == [
        ("landed_projects", "10", "9", "1"),
        ("amount_year_wan", "500", "499.99", "0.01"),
    ]
    gaps = {
        outcome.rule.id: [one.gap for one in outcome.conditions if not one.holds]
        for outcome in found.outcomes
    }
    assert gaps == {
        "C": ["11", "4500.01"],
        "D": ["1", "0.01"],
        "E-1": ["advanced"],
        "E-2": ["intermediate"],
        "E-3": [],
    }
    nothing = judged()
    assert [way.rule.id for way in nothing.missing] == ["E-1", "E-2", "E-3"]


def test_a_contract_that_does_not_count_says_why() -> None:
    day = date(2026, 6, 30)
    facts = [
        contract("1", live=False),
        contract("2", confirmed=False),
        contract("3", signed_on=None, registered_on=None),
        contract("4", registered_on=None),
        contract("5", registered_on=date(2026, 7, 1)),
        contract("6", signed_on=date(2025, 1, 1), registered_on=date(2025, 2, 1)),
        contract("7", landed_on=None, landed_in_jinan=False),
        contract("8", landed_in_jinan=False),
        contract("9", landed_on=date(2026, 7, 1)),
    ]
    found = evaluate(RULES, RULES.configuration, case(*facts, day=day))
    reasons_by_amount = {
        str(line.amount_wan): (line.amount_reason, line.project_reason) for line in found.figures.lines
    }
    assert reasons_by_amount == {
        "1": ("cancelled", "cancelled"),
        "2": ("share_not_confirmed", "share_not_confirmed"),
        "3": ("not_signed", "not_signed"),
        "4": ("not_registered", "not_registered"),
        "5": ("later", "later"),
        "6": ("earlier_year", None),
        "7": (None, "not_landed"),
        "8": (None, "not_in_jinan"),
        "9": (None, "later"),
    }
    assert (found.figures.amount_year_wan, found.figures.amount_total_wan) == (24, 30)
    assert found.figures.landed_projects == 1


class TestOpenQuestions:
    """Each choice of the configuration, where it decides."""

    def test_the_window_of_projects(self) -> None:
        last_year = [contract("100", landed_on=date(2025, 12, 31)) for _ in range(9)]
        now = [contract("100")]
        assert judged(*last_year, *now).tier is Tier.D
        assert judged(*last_year, *now, project_window="year").tier is None
        assert judged(*last_year, *now, project_window="year", project_year_by="contract").tier is Tier.D

    def test_the_unstated_period(self) -> None:
        old = unlanded("10.00")
        old = replace(old, signed_on=date(2025, 1, 1), registered_on=date(2025, 2, 1))
        assert judged(old, certificate("intermediate")).tier is Tier.E
        assert judged(old, certificate("intermediate"), unstated_period="year").tier is None

    def test_contracts_before_their_registration(self) -> None:
        signed = contract("10", registered_on=None)
        assert judged(signed, certificate("intermediate")).tier is None
        assert judged(signed, certificate("intermediate"), counted_contracts="signed").tier is Tier.E

    def test_a_shared_contract(self) -> None:
        shared = contract("100", share=Decimal("49.99"))
        assert judged(shared).figures.amount_year_wan == Decimal("49.99")
        assert judged(shared, shared_amounts="full").figures.amount_year_wan == 100
        assert judged(shared).figures.landed_projects == 1
        assert judged(shared, shared_projects="split").figures.landed_projects == Decimal("0.4999")

    def test_sums_of_shares_are_never_rounded(self) -> None:
        """Three thirds of 50.00 are 49.995: not 50."""
        thirds = [contract("50.00", share=Decimal("33.33")) for _ in range(3)]
        found = judged(*thirds, certificate("primary"))
        assert (found.tier, found.figures.amount_total_wan) == (None, Decimal("49.995"))
        assert [one.gap for one in found.outcomes[-1].conditions if not one.holds] == ["0.005"]

    def test_which_amount(self) -> None:
        facts: list[ContractFacts | CertificateFacts] = [
            contract("50", technology_wan=Decimal("49.99")),
            certificate("primary"),
        ]
        assert judged(*facts).tier is Tier.E
        assert judged(*facts, amount_basis="technology").tier is None

    def test_the_year_of_a_contract(self) -> None:
        ten = [
            contract("50", signed_on=date(2025, 12, 30), registered_on=date(2026, 1, 5)) for _ in range(10)
        ]
        assert judged(*ten).tier is Tier.D
        assert judged(*ten, year_by="signed_on").tier is None

    def test_several_contracts_of_one_engagement(self) -> None:
        engagement = uuid4()
        ten = [contract("50", project_id=engagement) for _ in range(10)]
        found = judged(*ten)
        assert found.figures.landed_projects == 1
        assert [line.project_reason for line in found.figures.lines].count("same_project") == 9
        assert judged(*ten, project_unit="contract").tier is Tier.D

    def test_where_the_parties_are(self) -> None:
        facts: list[ContractFacts | CertificateFacts] = [
            contract("50", parties_in_jinan=1),
            certificate("primary"),
        ]
        assert judged(*facts, parties="one_in_jinan").tier is Tier.E
        assert judged(*facts, parties="both_in_jinan").tier is None

    def test_the_filing(self) -> None:
        assert judged(certificate("advanced"), filing="required").tier is None
        assert judged(certificate("advanced"), filing="required", filed=True).tier is Tier.E

    def test_an_officer_sees_which_silence_decides(self) -> None:
        old = unlanded("10.00")
        old = replace(old, signed_on=date(2025, 1, 1), registered_on=date(2025, 2, 1))
        found = alternatives(judged(old, certificate("intermediate")))
        assert {(one.question, one.choice, one.tier) for one in found} == {
            ("unstated_period", "year", None),
            ("filing", "required", None),
        }


def test_the_best_certificate_that_holds_on_the_day() -> None:
    papers = [certificate("advanced", date(2026, 6, 30)), certificate("primary")]
    best = highest(papers, date(2026, 6, 30))
    assert best is not None and best.level == "advanced"
    after = highest(papers, date(2026, 7, 1))
    assert after is not None and after.level == "primary"
    assert highest(papers, date(2026, 1, 4)) is None


class TestLaws:
    @given(case=some_cases(), configuration=configurations, another=contracts())
    def test_another_contract_never_lowers_a_tier(
        self, case: TierCase, configuration: Configuration, another: ContractFacts
    ) -> None:
        more = replace(case, contracts=(*case.contracts, another))
        assert rank(evaluate(RULES, configuration, more)) >= rank(evaluate(RULES, configuration, case))

    @given(case=some_cases(), configuration=configurations, data=st.data())
    def test_a_bigger_share_or_amount_never_lowers_a_tier(
        self, case: TierCase, configuration: Configuration, data: st.DataObject
    ) -> None:
        def grown(one: ContractFacts) -> ContractFacts:
            deal = max(one.deal_wan, data.draw(amounts))
            return replace(
                one,
                share=max(one.share, data.draw(shares)),
                deal_wan=deal,
                technology_wan=max(one.technology_wan, min(deal, data.draw(amounts))),
            )

        more = replace(case, contracts=tuple(grown(one) for one in case.contracts))
        assert rank(evaluate(RULES, configuration, more)) >= rank(evaluate(RULES, configuration, case))

    @given(case=some_cases(), configuration=configurations, another=certificates)
    def test_another_certificate_never_lowers_a_tier(
        self, case: TierCase, configuration: Configuration, another: object
    ) -> None:
        more = replace(case, certificates=(*case.certificates, another))  # type: ignore[arg-type]
        assert rank(evaluate(RULES, configuration, more)) >= rank(evaluate(RULES, configuration, case))

    @given(case=some_cases(), configuration=configurations)
    def test_a_contract_named_twice_counts_once_and_order_decides_nothing(
        self, case: TierCase, configuration: Configuration
    ) -> None:
        other = replace(case, contracts=(*reversed(case.contracts), *case.contracts))
        one, two = (evaluate(RULES, configuration, each) for each in (case, other))
        assert (one.tier, one.figures.amount_total_wan) == (two.tier, two.figures.amount_total_wan)
        assert one.figures.landed_projects == two.figures.landed_projects

    @given(case=some_cases(), configuration=configurations)
    def test_gaps_tell_the_truth(self, case: TierCase, configuration: Configuration) -> None:
        """A tier holds exactly where one of its rules has no gap, and no higher one does."""
        found = evaluate(RULES, configuration, case)
        holding = [
            outcome.rule.tier.rank
            for outcome in found.outcomes
            if all(one.gap is None for one in outcome.conditions)
        ]
        assert rank(found) == max(holding, default=0)
        assert all(not outcome.holds for outcome in found.missing)

    @given(case=some_cases(), configuration=configurations)
    def test_what_is_stored_comes_to_the_same(self, case: TierCase, configuration: Configuration) -> None:
        stored = pack(case)
        again = unpack(stored)
        assert digest(pack(again)) == digest(stored)
        assert evaluate(RULES, configuration, again).figures == evaluate(RULES, configuration, case).figures


class TestRulesAsData:
    TEXT = (  # a whole rule set, to be spoilt
        'id = "test-2030"\ntitle_zh = "规则"\ntitle_en = "Rules"\n'
        "valid_from = 2030-01-01\nvalid_to = 2031-12-31\n"
        '[source]\nnumber = "号"\ntitle = "文"\nissuer = "局"\npublished_on = 2030-01-01\n'
        "[configuration]\n"
        + "".join(f'{name} = "{next(iter(of)).value}"\n' for name, (_, _, of) in OPEN_QUESTIONS.items())
        + '[[rules]]\nid = "D"\ntier = "D"\nwording = "is"\nlanded_projects = 3\n'
        + '[[rules]]\nid = "E"\ntier = "E"\nwording = "is"\ncertificate = "primary"\n'
    )

    def test_the_policy_names_its_source(self) -> None:
        assert RULES.source.number == "济科发〔2025〕38号"
        assert (RULES.valid_from, RULES.valid_to) == (date(2026, 1, 1), date(2028, 12, 31))

    def test_sets_of_other_years_stand_beside_it(self) -> None:
        later = self.TEXT.replace("test-2030", "test-2032").replace(
            "2030-01-01\nvalid_to = 2031", "2032-01-01\nvalid_to = 2032"
        )
        found = read_rule_sets({"b": later, "a": self.TEXT})
        assert [one.id for one in found] == ["test-2030", "test-2032"]
        assert [found[0].holds_in(year) for year in (2029, 2030, 2031, 2032)] == [False, True, True, False]

    @pytest.mark.parametrize(
        ("spoilt", "by"),
        [
            ("valid_to = 2031-12-31", "valid_to = 2031-06-30"),
            ("valid_to = 2031-12-31", "valid_to = 2029-12-31"),
            ('wording = "is"\nlanded_projects = 3\n', 'wording = "is"\n'),
            ("landed_projects = 3", "landed_projects = 0"),
            ("landed_projects = 3", 'amount_wan = "5"'),
            ("landed_projects = 3", 'amount_wan = "5.001"\namount_period = "year"'),
            ('certificate = "primary"', 'certificate = "none"'),
            ('id = "E"', 'id = "D"'),
            ('tier = "D"', 'tier = "F"'),
            ('id = "D"\ntier = "D"', 'id = "D"\ntier = "E"'),
            ('project_window = "year"', 'project_window = "month"'),
            ('project_window = "year"\n', ""),
            ('[source]\nnumber = "号"\n', "[source]\n"),
            ("landed_projects = 3", "landed_project = 3"),
        ],
    )
    def test_a_broken_file_is_refused(self, spoilt: str, by: str) -> None:
        assert spoilt in self.TEXT
        text = self.TEXT.replace(spoilt, by)
        if by == 'id = "D"\ntier = "E"':
            text = text.replace('id = "E"\ntier = "E"', 'id = "E"\ntier = "D"')
        with pytest.raises(ValueError, match=r"broken\.toml"):
            read_rule_sets({"broken.toml": text})

    def test_two_sets_for_one_year_are_refused(self) -> None:
        with pytest.raises(ValueError, match="hold at the same time"):
            read_rule_sets({"a": self.TEXT, "b": self.TEXT.replace("test-2030", "test-2031")})

    def test_a_stored_rule_set_is_the_same(self) -> None:
        assert RuleSet.model_validate(RULES.model_dump(mode="json")) == RULES
