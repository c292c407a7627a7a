"""What is exported comes back as it was: every code of every vocabulary, amounts, texts and days, in every format."""

import io
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, cycle, islice
from typing import Any

import pytest

from app.exchange.columns.tables import Body
from app.exchange.headers.dictionary import Kind
from app.exchange.out.files import ListFormat, write_rows
from app.exchange.report import report_of
from app.vocabularies import vocabulary

ROWS = 130
"""Enough that every code of every vocabulary but `regions` comes once; those take several bodies a row."""
HAN = "济泺岫岱屿泵阀涂层密封耐磨高速低温算法检测装置工艺材料寿命提高降低"
RISKY = ("", "=1+1", "-5℃", "+86", "@", "'", "＝", '"', ",", "")

Record = tuple[Body, dict[str, Any]]
"""A body as a list answers it, and the fields as an import reads them."""


class Draws:
    """Values that cycle through all codes and vary by a fixed seed."""

    def __init__(self) -> None:
        self._random = random.Random(20261129)
        self._cycles: dict[str, Iterator[str]] = {}

    def code(self, name: str) -> str:
        """The next code of a vocabulary."""
        if name not in self._cycles:
            self._cycles[name] = cycle(vocabulary(name).codes)
        return next(self._cycles[name])

    def codes(self, name: str, most: int = 3) -> list[str]:
        """The next codes of a vocabulary."""
        return list(dict.fromkeys(self.code(name) for _ in range(self._random.randint(0, most))))

    def words(self, most: int = 10) -> str:
        """Some characters."""
        return "".join(self._random.choices(HAN, k=self._random.randint(2, most)))

    def title(self) -> str:
        """A name, some with a beginning that spreadsheets would run."""
        return f"{self._random.choice(RISKY)}{self.words()}"

    def text(self) -> str:
        """Two lines with figures and marks."""
        return f"{self.title()}。\n{self.words()}≥10MPa，成本降低20%;“引号”\n\n第三行"

    def day(self) -> str:
        """A day to come."""
        return str(date(2027, 1, 1) + timedelta(days=self._random.randint(0, 4000)))

    def amount(self) -> str:
        """An amount in 万元 with cents."""
        return f"{self._random.randint(1, 9_999_999) / Decimal(100):.2f}"

    def limits(self) -> tuple[str | None, str | None]:
        """Two bounds, either of them open."""
        low, high = sorted((self.amount(), self.amount()), key=float)
        return self._random.choice([(low, high), (low, low), (low, None), (None, high), (None, None)])

    def either(self, *choices: Any) -> Any:
        """One of the choices."""
        return self._random.choice(choices)


def plain(amount: str | None) -> str | None:
    """An amount as entries write it."""
    return None if amount is None else format(Decimal(amount).normalize() + 0, "f")


def demand(draws: Draws, number: int) -> Record:
    """A demand with every field that a list of demands has."""
    shared = {
        "number": f"XQ2026{number:06}",
        "title": f"{draws.title()}{number}",
        "region": draws.code("regions"),
        "fields": draws.codes("hightech_fields"),
        "industries": draws.codes("industries"),
        "need_kind": draws.code("need_kinds"),
        "activity_type": draws.code("activity_types"),
        "main_problem": draws.text(),
        "expected_goal": draws.text(),
        "payment_plan": draws.words(),
        "min_trl": draws.either(*range(1, 10)),
        "cooperation_modes": sorted(draws.codes("transfer_modes"), key=lambda code: code == "other"),
        "start_date": draws.day(),
        "deadline": draws.day(),
        "publish_mode": draws.either("public", "confidential"),
        "keywords": draws.either([], ["泵"], ["密封", "耐磨涂层"]),
        "preferred_partners": draws.either([], ["齐岫工业大学", "泺川大学"]),
        "contact_name": draws.either("孟岫", "岱屿"),
        "contact_phone": draws.either("13800000001", "0531-88880001"),
        "contact_email": "yu@example.cn",
    }
    low, high = draws.limits()
    owner = "济南云岭泵业有限公司"
    body = shared | {"owner_name": owner, "budget_min_wan": low, "budget_max_wan": high, "state": "draft"}
    fields = {"owner_org": owner, "budget_min_wan": plain(low), "budget_max_wan": plain(high)}
    return body, shared | fields


def achievement(draws: Draws, number: int) -> Record:
    """An achievement with every field that a list of achievements has."""
    modes = sorted(draws.codes("transfer_modes"), key=lambda code: code == "other")
    shared = {
        "number": f"CG2026{number:06}",
        "title": f"{draws.title()}{number}",
        "region": draws.code("regions"),
        "summary": draws.text(),
        "advantages": draws.text(),
        "fields": draws.codes("hightech_fields"),
        "industries": draws.codes("industries"),
        "trl": draws.either(*range(1, 10)),
        "category": draws.code("achievement_categories"),
        "attribute": draws.code("achievement_attributes"),
        "level": draws.code("achievement_levels"),
        "evaluation_type": draws.code("evaluation_types"),
        "application_status": draws.code("application_statuses"),
        "funding_source": draws.code("funding_sources"),
        "research_start": draws.either("2024-01", "2025-12"),
        "transfer_modes": modes,
        "licence_kind": draws.code("licence_kinds") if "licence" in modes else None,
    }
    low, high = draws.limits()
    body = shared | {
        "owner_name": "齐岫工业大学",
        "co_org_names": ["山东岱屿新材料有限公司"],
        "completed_by": [{"name": "孟岫"}, {"name": "李岱"}],
        "ip_list": [{"type": "invention_patent", "number": "ZL201310699744.2"}],
        "price_min_wan": low,
        "price_max_wan": high,
    }
    fields = {
        "owner_org": "齐岫工业大学",
        "co_orgs": ["山东岱屿新材料有限公司"],
        "completed_by": ["孟岫", "李岱"],
        "ip_list": ["ZL201310699744.2"],
        "price_min_wan": plain(low),
        "price_max_wan": plain(high),
    }
    return body, shared | fields


def manager(draws: Draws, number: int) -> Record:
    """A manager with every field that the roll has."""
    level = draws.either("primary", "intermediate", "advanced")
    certificate = {"level": level, "number": f"JL{number:06}", "issued_on": "2025-03-01"}
    shared = {
        "number": f"JL2026{number:05}",
        "title": f"孟{draws.either(*HAN)}",
        "certificates": [certificate],
        "employer_type": draws.code("employer_types"),
        "fields": draws.codes("hightech_fields", 5),
        "regions": [draws.code("regions"), *draws.codes("regions")],
        "service_kinds": draws.codes("service_kinds", 6),
        "years": number % 51,
        "full_time": draws.either(True, False),
        "expertise": draws.text(),
        "contact_phone": f"138{number:08}",
    }
    shared["regions"] = list(dict.fromkeys(shared["regions"]))
    employer = ["济南泺源技术转移有限公司"]
    place = {"organisation_id": "x", "position": "部长", "is_primary": True}
    body = shared | {"affiliations": [place], "affiliation_names": employer}
    return body, shared | {"affiliations": employer, "position": "部长"}


def contract(draws: Draws, number: int) -> Record:
    """A contract with every field that the ledger has."""
    amount = draws.amount()
    shared = {
        "number": f"HT-2026-{number:06}",
        "registration_no": f"2026370100{number:06}",
        "title": f"{draws.title()}{number}",
        "kind": draws.code("contract_types"),
        "fields": draws.codes("hightech_fields"),
        "technology_field": draws.code("contract_fields"),
        "ip_type": draws.code("contract_ip_types"),
        "plan_category": draws.code("plan_categories"),
        "seller_nature": draws.code("party_natures"),
        "buyer_nature": draws.code("party_natures"),
        "seller_region": draws.code("regions"),
        "buyer_region": draws.code("regions"),
        "signed_on": draws.day(),
        "starts_on": draws.day(),
        "ends_on": draws.day(),
        "registered_on": draws.day(),
    }
    amounts = {"deal_amount_wan": amount, "technology_amount_wan": amount}
    body = shared | amounts | {"seller_name": "齐岫工业大学", "buyer_name": "济南历泉软件股份有限公司"}
    fields = dict.fromkeys(amounts, plain(amount))
    return body, shared | fields | {"seller": "齐岫工业大学", "buyer": "济南历泉软件股份有限公司"}


def organisation(draws: Draws, number: int) -> Record:
    """An organisation as the bureau's roll has it."""
    shared = {
        "kind": draws.either("enterprise", "university", "institute", "agency", "investor", "bureau"),
        "region": draws.code("regions"),
        "aliases": draws.either([], ["齐工大", "QIT"]),
    }
    id_, name = f"01930000-0000-7000-8000-{number:012}", f"齐岫工业{number}大学"
    return shared | {"id": id_, "name": name, "uscc": None}, shared | {"number": id_, "title": name}


MADE = {
    Kind.DEMAND: demand,
    Kind.ACHIEVEMENT: achievement,
    Kind.MANAGER: manager,
    Kind.CONTRACT: contract,
    Kind.ORGANISATION: organisation,
}


def records(kind: Kind) -> Sequence[Record]:
    """Records that between them have every code."""
    draws = Draws()
    return [MADE[kind](draws, number) for number in range(1, ROWS + 1)]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("format_", ListFormat)
def test_a_file_says_what_its_records_say(kind: Kind, format_: ListFormat) -> None:
    made = records(kind)
    out = io.BytesIO()
    assert write_rows(kind, format_, (body for body, _ in made), out) == ROWS
    report = report_of(out.getvalue())
    assert (report["refused"], report["ignored"]) == ([], [])
    for (_, expected), found in zip(made, report["records"], strict=True):
        wanted = {name: value for name, value in expected.items() if value not in (None, [], "")}
        assert found["fields"] == wanted
        assert found["kind"] == kind
        assert found["derived"] == {}


HOSTILE = (
    "同上",
    "无",
    "/",
    "N/A",
    "合计",
    "例如",
    "007",
    "１２３",
    "123456789012345678",
    "1e5",
    "2027年3月",
    "二、甲",
    "甲" * 200,
)


@pytest.mark.parametrize("format_", ListFormat)
def test_words_that_say_nothing_in_a_list_of_others_are_kept_in_ours(format_: ListFormat) -> None:
    bodies = [
        {"number": f"XQ2026{number:06}", "title": text, "owner_name": f"{text}、公司", "payment_plan": text}
        for number, text in enumerate((*HOSTILE, "甲（一）", "甲(一)"), 1)
    ]
    out = io.BytesIO()
    write_rows(Kind.DEMAND, format_, bodies, out)
    report = report_of(out.getvalue())
    assert (report["refused"], report["ignored"]) == ([], [])
    found = [one["fields"] for one in report["records"]]
    wanted = [(body["number"], body["title"], body["owner_name"], body["payment_plan"]) for body in bodies]
    assert [(one["number"], one["title"], one["owner_org"], one["payment_plan"]) for one in found] == wanted


def test_no_cell_runs_as_a_formula() -> None:
    titles = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"]
    bodies = [{"title": title, "owner_name": "=HYPERLINK(1)"} for title in titles]
    out = io.BytesIO()
    write_rows(Kind.DEMAND, ListFormat.CSV, bodies, out)
    lines = out.getvalue().decode("utf-8-sig").splitlines()[1:]
    cells = chain.from_iterable(line.split(",") for line in lines)
    assert all(cell.lstrip('"')[:1] not in tuple("=+-@\t＝") for cell in cells if cell)


def test_memory_does_not_grow_with_the_rows() -> None:
    """The rows are taken one at a time: a list without end is written until it is stopped."""
    taken = []

    def bodies() -> Iterator[Body]:
        for number in islice(cycle([1]), 3000):
            taken.append(number)
            yield {"title": "泵", "number": f"XQ{len(taken)}"}

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell() > 20_000:
                raise OSError("full")
            return super().write(data)

    with pytest.raises(OSError, match="full"):
        write_rows(Kind.DEMAND, ListFormat.JSONL, bodies(), Full())
    assert 0 < len(taken) < 3000
