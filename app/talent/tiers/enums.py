"""Enums of tiers, and of the questions that the policy leaves open, with their possible choices."""

from collections.abc import Mapping

from app.libraries.record.enums import LabelledEnum


class Tier(LabelledEnum):
    """人才类别, highest first."""

    C = "C", "C类人才", "Tier C"
    D = "D", "D类人才", "Tier D"
    E = "E", "E类人才", "Tier E"

    @property
    def rank(self) -> int:
        """3 for C, 2 for D, 1 for E; use 0 for no tier."""
        return len(Tier) - list(Tier).index(self)

    @classmethod
    def above(cls, tier: "Tier | None") -> "Tier | None":
        """The next higher tier; None above C."""
        if tier is None:
            return cls.E
        return next((tier_ for tier_ in cls if tier_.rank == tier.rank + 1), None)


class Wording(LabelledEnum):
    """How the policy words the consequence of a rule."""

    MAY = "may", "可认定", "may be recognised, by decision of an operator"
    IS = "is", "认定为", "is recognised as"


class Window(LabelledEnum):
    YEAR = "year", "当年", "in the year"
    CUMULATIVE = "cumulative", "累计", "up to the end of the year"


class ProjectYear(LabelledEnum):
    LANDED_ON = "landed_on", "按落地日期", "by the day of landing"
    CONTRACT = "contract", "按合同年度", "by the year of the contract"


class CountedContracts(LabelledEnum):
    REGISTERED = "registered", "仅已认定登记的合同", "registered contracts only"
    SIGNED = "signed", "已签订的合同也计入", "signed contracts too"


class Shared(LabelledEnum):
    SPLIT = "split", "按分配比例计", "by the manager's share"
    FULL = "full", "全额计", "in full for each manager with a share"


class AmountBasis(LabelledEnum):
    DEAL = "deal", "成交额", "the amount of the contract"
    TECHNOLOGY = "technology", "技术交易额", "the technology-transaction amount"


class YearBy(LabelledEnum):
    SIGNED_ON = "signed_on", "按签订日期", "by the day of signing"
    REGISTERED_ON = "registered_on", "按登记日期", "by the day of registration"


class ProjectUnit(LabelledEnum):
    ENGAGEMENT = "engagement", "一次对接为一个项目", "one engagement, however many contracts"
    CONTRACT = "contract", "一份合同为一个项目", "every contract"


class Parties(LabelledEnum):
    ANYWHERE = "anywhere", "不限", "anywhere"
    ONE_IN_JINAN = "one_in_jinan", "至少一方在济", "one of them in Jinan"
    BOTH_IN_JINAN = "both_in_jinan", "双方均在济", "both in Jinan"

    @property
    def required(self) -> int:
        """The number of parties that must be in Jinan, 0–2."""
        return list(Parties).index(self)


class FilingNeed(LabelledEnum):
    NOT_REQUIRED = "not_required", "不以备案为前提", "regardless of the filing"
    REQUIRED = "required", "须在备案有效期内", "only with a valid filing"


# Questions that the policy leaves open: name → question (zh, en) and type of its choices, in display order.
OPEN_QUESTIONS: Mapping[str, tuple[str, str, type[LabelledEnum]]] = {
    "project_window": ("落地项目数的统计期间", "which landed projects count", Window),
    "project_year_by": ("落地项目的年度归属", "which year a project belongs to", ProjectYear),
    "project_unit": ("落地项目的计数单位", "what is one project", ProjectUnit),
    "unstated_period": (
        "未写明期间的合同额的统计期间",
        "the period of amounts without a stated period",
        Window,
    ),
    "counted_contracts": ("计入的合同", "which contracts count", CountedContracts),
    "shared_amounts": ("多人共享合同的金额", "the amount of a shared contract", Shared),
    "shared_projects": ("多人共享的落地项目", "a shared landed project", Shared),
    "amount_basis": ("合同额口径", "which amount of a contract counts", AmountBasis),
    "year_by": ("合同的年度归属", "which year a contract belongs to", YearBy),
    "parties": ("合同双方所在地", "where the parties of a contract are", Parties),
    "filing": ("是否以备案为前提", "whether a valid filing is needed", FilingNeed),
}
