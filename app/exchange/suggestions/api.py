"""Routes of /v1/drafts."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.engagements.files.transfer import FORM
from app.errors import Forbidden, Invalid, TooLarge, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.exchange.batches.api import Received
from app.exchange.headers.dictionary import Kind
from app.exchange.suggestions.composition import MAX_TEXT, suggested_of_file, suggested_of_text
from app.exchange.suggestions.suggestion import DraftSuggestion
from app.libraries.schemas import Wire
from app.libraries.validation.values.text import TextRule
from app.load_limits.dependencies import REFUSALS, MatchingTurn
from app.matching.embedding.embedder import Embedder
from app.services import provided

router = APIRouter(
    prefix="/v1/drafts", tags=["imports"], responses=problems(Unauthenticated, Forbidden, Invalid) | REFUSALS
)

AppEmbedder = Annotated[Embedder, Depends(provided(Embedder))]


class DraftText(Wire):
    """A text from which a draft is suggested."""

    kind: Kind = Field(Kind.DEMAND, title="类别", description="demand 需求 achievement 成果")
    text: Annotated[str, TextRule(1, MAX_TEXT, multiline=True)] = Field(
        title="文字", examples=["我公司急需解决铝合金压铸件气孔问题，预算80万元，2027年6月底前完成。"]
    )


def _allow(principal: CurrentPrincipal, kind: Kind) -> None:
    if kind not in (Kind.DEMAND, Kind.ACHIEVEMENT):
        raise Invalid.field(
            "kind", "unknown_kind", "应为 demand 或 achievement", "must be demand or achievement"
        )
    require(principal, Action(f"{kind.value}.create"), own=True)


@router.post("/text", name="suggest_of_text", summary="由文字起草")
def of_text(
    body: Sent[DraftText], principal: LoggedIn, _: MatchingTurn, embedder: AppEmbedder
) -> DraftSuggestion:
    """从一段文字得到各字段的建议及其在原文中的位置；不保存任何内容。"""
    _allow(principal, body.kind)
    return suggested_of_text(body.text, body.kind, embedder)


@router.post(
    "/file", name="suggest_of_file", summary="由文件起草", responses=problems(TooLarge), openapi_extra=FORM
)
def of_file(
    file: Received,
    principal: LoggedIn,
    _: MatchingTurn,
    embedder: AppEmbedder,
    kind: Kind = Kind.DEMAND,
) -> DraftSuggestion:
    """从 DOCX、PDF 等文件得到各字段的建议；文件和内容都不保存。"""
    _allow(principal, kind)
    return suggested_of_file(file.data, kind, embedder)
