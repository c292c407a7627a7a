"""Export of a round as CSV and XLSX: entries, and all contracts with the amounts that count."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import JINAN_TIME
from app.libraries.record.enums import CertificateLevel
from app.talent.recognition_facts import unpack
from app.talent.rounds.models import Decision, RecognitionEntry, RecognitionRound
from app.talent.spreadsheets import Cell, as_workbook
from app.talent.tiers.enums import OPEN_QUESTIONS
from app.talent.tiers.figures import EXCLUSION_REASONS, figures
from app.talent.tiers.rules import Configuration

ENTRY_HEADERS = (
    "人才编号 number",
    "姓名 name",
    "年度 year",
    "计算类别 computed_tier",
    "依据规则 rule",
    "认定类别 tier",
    "决定方式 decision",
    "理由 reason",
    "在济落地项目数 landed_projects",
    "当年技术合同额（万元） amount_year_wan",
    "累计技术合同额（万元） amount_total_wan",
    "最高有效证书 certificate",
    "撤销日期 withdrawn_on",
)
CONTRACT_HEADERS = (
    "人才编号 number",
    "合同编号 contract",
    "合同名称 title",
    "合同版本 version",
    "成交额（万元） deal_wan",
    "技术交易额（万元） technology_wan",
    "贡献比例（%） share",
    "签订日期 signed_on",
    "登记日期 registered_on",
    "落地日期 landed_on",
    "计入金额（万元） counted_wan",
    "计入当年 in_year",
    "计入累计 in_total",
    "计入落地项目 projects",
    "未计入当年金额的原因 amount_reason",
    "未计入项目的原因 project_reason",
)


def entries_of(session: Session, round_: RecognitionRound) -> Sequence[RecognitionEntry]:
    return session.scalars(
        select(RecognitionEntry)
        .where(RecognitionEntry.round_id == round_.id)
        .order_by(RecognitionEntry.manager_number, RecognitionEntry.id)
    ).all()


def entry_rows(round_: RecognitionRound, entries: Sequence[RecognitionEntry]) -> Iterator[list[Cell]]:
    decisions = {decision.value: decision.zh for decision in Decision}
    for entry in entries:
        yield [
            entry.manager_number,
            entry.manager_name,
            round_.year,
            entry.computed_tier,
            entry.rule_id,
            entry.tier,
            decisions[entry.decision],
            entry.reason,
            *(
                Decimal(entry.figures[name])
                for name in ("landed_projects", "amount_year_wan", "amount_total_wan")
            ),
            CertificateLevel.of(entry.figures["certificate"]).zh,
            entry.withdrawn_at.astimezone(JINAN_TIME).date().isoformat() if entry.withdrawn_at else None,
        ]


def contract_rows(round_: RecognitionRound, entries: Sequence[RecognitionEntry]) -> Iterator[list[Cell]]:
    """Contracts from the frozen inputs; their column sums are the figures of the entries."""
    configuration = Configuration.model_validate(round_.configuration)
    for entry in entries:
        case = unpack(entry.inputs)
        facts = {contract.id: contract for contract in case.contracts}
        for line in figures(case, configuration).lines:
            contract = facts[line.contract_id]
            yield [
                entry.manager_number,
                line.number,
                line.title,
                line.version,
                contract.deal_wan,
                contract.technology_wan,
                line.share,
                *(
                    day.isoformat() if day else None
                    for day in (contract.signed_on, contract.registered_on, contract.landed_on)
                ),
                line.amount_wan,
                "是" if line.in_year else "否",
                "是" if line.in_total else "否",
                line.projects,
                EXCLUSION_REASONS[line.amount_reason][0] if line.amount_reason else None,
                EXCLUSION_REASONS[line.project_reason][0] if line.project_reason else None,
            ]


def as_xlsx(round_: RecognitionRound, entries: Sequence[RecognitionEntry]) -> bytes:
    """Three sheets: entries, contracts, and the rules with the policy choices in force."""
    return as_workbook(
        [
            ("认定结果", ENTRY_HEADERS, entry_rows(round_, entries)),
            ("合同明细", CONTRACT_HEADERS, contract_rows(round_, entries)),
            ("规则与口径", ("项目 item", "内容 value"), _rule_rows(round_)),
        ]
    )


def _rule_rows(round_: RecognitionRound) -> Iterator[list[Cell]]:
    assert round_.rules is not None
    configuration = Configuration.model_validate(round_.configuration)
    yield ["年度认定 round", round_.number]
    yield ["规则集 rule set", round_.rule_set_id]
    yield ["依据文件 source", round_.rules["source"]["number"]]
    yield ["统计截止日 as of", round_.as_of.isoformat() if round_.as_of else None]
    yield ["数据摘要 digest", round_.digest]
    for question, (zh, _, _) in OPEN_QUESTIONS.items():
        yield [f"{zh} {question}", getattr(configuration, question).zh]
