"""/v1/vocabularies: the codes that records use, for forms and importers."""

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
    """词表人人可读。"""
    return [
        VocabularyEntry(name=name, zh=found.zh, en=found.en, size=len(found))
        for name in vocabulary_names()
        for found in (vocabulary(name),)
    ]


@router.get("/{name}", name="get", summary="一个词表", responses=problems(NotFound))
def get(name: str, _: CurrentPrincipal) -> VocabularyRead:
    """代码、名称、上级代码和别名;输入时代码和名称都可识别。"""
    if name not in vocabulary_names():
        raise NotFound(
            f"There is no vocabulary '{name[:60]}'.",
            f"没有词表 {name[:60]}。",
            names=list(vocabulary_names()),
        )
    found = vocabulary(name)
    return VocabularyRead(
        name=name,
        zh=found.zh,
        en=found.en,
        size=len(found),
        source=found.source,
        terms=[_term(term) for term in found],
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
