"""Routes of /v1/vocabularies: the code lists that records use, for forms and importers."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.accounts.access.permissions import CurrentPrincipal
from app.errors import NotFound, problems
from app.libraries.vocabularies.catalogue import vocabulary, vocabulary_names
from app.libraries.vocabularies.vocabulary import VocabularyTerm

router = APIRouter(prefix="/v1/vocabularies", tags=["vocabularies"])


class VocabularyEntry(BaseModel):
    name: str = Field(examples=["hightech_fields"])
    zh: str = Field(examples=["高新技术领域"])
    en: str
    size: int


class TermRead(BaseModel):
    code: str
    zh: str
    en: str
    parent: str | None = None
    aliases: list[str] = []
    attributes: dict[str, str] = {}


class VocabularyRead(VocabularyEntry):
    source: str
    terms: list[TermRead]


@router.get("", name="list", summary="全部词表")
def list_(_: CurrentPrincipal) -> list[VocabularyEntry]:
    """所有人均可读取词表,无需登录。"""
    return [
        VocabularyEntry(name=terms.name, zh=terms.zh, en=terms.en, size=len(terms))
        for terms in map(vocabulary, vocabulary_names())
    ]


@router.get("/{name}", name="get", summary="一个词表", responses=problems(NotFound))
def get(name: str, _: CurrentPrincipal) -> VocabularyRead:
    """返回代码、名称、上级代码和别名;填报时代码、名称和别名均可识别。"""
    if name not in vocabulary_names():
        raise NotFound(
            f"There is no vocabulary '{name[:60]}'.",
            f"没有词表 {name[:60]}。",
            names=list(vocabulary_names()),
        )
    terms = vocabulary(name)
    return VocabularyRead(
        name=name,
        zh=terms.zh,
        en=terms.en,
        size=len(terms),
        source=terms.source,
        terms=[_term(term) for term in terms],
    )


def _term(term: VocabularyTerm) -> TermRead:
    return TermRead(
        code=term.code,
        zh=term.zh,
        en=term.en,
        parent=term.parent,
        aliases=list(term.aliases),
        attributes=dict(term.attributes),
    )
