"""Routes of /v1/vocabularies: the code lists that records use, for forms and importers."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.accounts.access.permissions import CurrentPrincipal
from app.errors import NotFound, problems
from app.vocabularies.catalogue import vocabulary, vocabulary_names
from app.vocabularies.names import find_name, nearest_names
from app.vocabularies.vocabulary import VocabularyTerm

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
    """所有人均可读取词表，无需登录。"""
    return [
        VocabularyEntry(name=terms.name, zh=terms.zh, en=terms.en, size=len(terms))
        for terms in map(vocabulary, vocabulary_names())
    ]


@router.get("/{name}", name="get", summary="一个词表", responses=problems(NotFound))
def get(name: str, _: CurrentPrincipal) -> VocabularyRead:
    """返回代码、名称、上级代码和别名；填报时代码、名称和别名均可识别。词表名称单复数、连字符与中文名均可。"""
    known = find_name(name)
    if known is None:
        near = nearest_names(name)
        raise NotFound(
            f"There is no vocabulary '{name[:60]}'. Did you mean {', '.join(near)}? /v1/vocabularies lists all.",
            f"没有词表 {name[:60]}。是否指 {'、'.join(near)}？全部词表见 /v1/vocabularies。",
            suggestions=near,
            names=list(vocabulary_names()),
        )
    terms = vocabulary(known)
    return VocabularyRead(
        name=known,
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
