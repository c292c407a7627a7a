"""Recognitions as PDF files: the published list of a year, and the certificate of one recognition."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import JINAN_TIME, chinese_day
from app.errors import Conflict, NotFound
from app.pdf.document import PdfDocument, PdfPaper
from app.talent.rounds.decisions import find_entry
from app.talent.rounds.models import RecognitionEntry, RecognitionRound, RoundState

_FOOTER = "三库 · 依据已公布的认定结果生成，以公布的名单为准。"


def recognition_list(session: Session, year: int, *, paper: PdfPaper, principal: Principal) -> bytes:
    """The published recognitions of a year: names and tiers, as everybody may read them.

    Raises:
        NotFound: nothing is published for this year.
        Unavailable: this installation makes no PDF files.
    """
    require(principal, Action.RECOGNITION_READ)
    round_ = session.scalars(
        select(RecognitionRound).where(
            RecognitionRound.year == year, RecognitionRound.state == RoundState.PUBLISHED
        )
    ).one_or_none()
    if round_ is None:
        raise NotFound(
            f"No recognitions are published for {year}.",
            f"{year} 年度的认定结果尚未公布。",
            code="not_published",
        )
    rows = session.execute(
        select(RecognitionEntry.manager_name, RecognitionEntry.tier, RecognitionEntry.withdrawn_at)
        .where(RecognitionEntry.round_id == round_.id, RecognitionEntry.tier.is_not(None))
        .order_by(RecognitionEntry.tier, RecognitionEntry.manager_number)
    ).all()

    def write(document: PdfDocument) -> None:
        document.title(f"{year} 年度技术转移人才认定名单", f"{round_.title} · {_published(round_)}")
        withdrawn = sum(moment is not None for _, _, moment in rows)
        document.paragraph(
            f"共 {len(rows) - withdrawn} 人" + (f"，另有 {withdrawn} 人的认定已撤销。" if withdrawn else "。")
        )
        numbered = (
            (str(place), name, f"{tier} 类人才" + ("" if moment is None else f"（{_day(moment)}撤销）"))
            for place, (name, tier, moment) in enumerate(rows, 1)
        )
        document.table(("序号", "姓名", "人才类别"), numbered, (0.15, 0.55, 0.3))

    return paper.render(f"{year} 年度认定名单", write, footer=_FOOTER)


def certificate(
    session: Session, entry_id: UUID, *, paper: PdfPaper, public_url: str, principal: Principal
) -> bytes:
    """The certificate of a published recognition, for the manager, their organisation and the bureau.

    Raises:
        NotFound: there is no such entry, or the principal may not see it.
        Conflict: it is not published or was withdrawn, or the entry has no tier.
        Unavailable: this installation makes no PDF files.
    """
    entry = find_entry(session, entry_id, principal=principal)
    round_ = session.get_one(RecognitionRound, entry.round_id)
    if entry.withdrawn_at is not None:
        raise Conflict(
            f"This recognition was withdrawn on {entry.withdrawn_at.astimezone(JINAN_TIME):%Y-%m-%d}.",
            f"该认定已于 {_day(entry.withdrawn_at)}撤销。",
            code="recognition_withdrawn",
        )
    if round_.state != RoundState.PUBLISHED or entry.tier is None:
        raise Conflict(
            "Certificates are issued for published recognitions with a tier.",
            "认定结果公布并取得类别后，才能下载认定证书。",
            code="not_published",
        )

    def write(document: PdfDocument) -> None:
        document.certificate(
            "技术转移人才认定证书",
            entry.manager_name,
            (f"在 {round_.year} 年度技术转移人才认定中，", f"认定为 {entry.tier} 类人才。"),
            (
                f"编号 {round_.number}-{entry.manager_number}",
                _published(round_),
                f"查验 {public_url.rstrip('/')}/recognitions?year={round_.year}",
            ),
        )

    return paper.render(f"认定证书 {entry.manager_name}", write, footer=_FOOTER, landscape=True)


def _published(round_: RecognitionRound) -> str:
    assert round_.published_at is not None
    return f"公布于 {_day(round_.published_at)}"


def _day(moment: datetime) -> str:
    return chinese_day(moment.astimezone(JINAN_TIME).date())
