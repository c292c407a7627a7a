"""Which records a query finds and in which order, as SQL for both databases.

FTS5 finds patterns of several tokens by itself. The index of PostgreSQL keeps no positions: it finds candidates by
their tokens, and such patterns are then looked up in the candidates' columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.accounts.models import OrganisationName
from app.database import on_sqlite
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import MEMBER_TEXT, PUBLIC_TEXT, SearchDocument
from app.libraries.search.search_query import SearchQuery, SearchTerm
from app.libraries.search.tokens import Pattern, pattern_of
from app.libraries.visibility.rows import owner_known_rows

_MANY = 1000
"""From this number on, all words are equally common."""


_FEW = 300
"""Up to this many records, the number of hits in the body counts, too; for more it would take most of the time."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What the hits of each term count, 1–9: a rare word says more than a common one. `frequencies`: whether how often
    a term occurs in the body counts. A cursor keeps them, so that publications between two pages do not change the
    order."""

    terms: tuple[int, ...]
    frequencies: bool

    def __str__(self) -> str:
        return "".join(map(str, self.terms)) + ("f" if self.frequencies else "")

    @classmethod
    def parse(cls, text: str, terms: int) -> "Weights | None":
        """The weights of a query with this many terms; None if the text is not of such."""
        if not re.fullmatch(rf"[1-9]{{{terms}}}f?", text):
            return None
        return cls(tuple(map(int, text[:terms])), frequencies=text.endswith("f"))


class Searcher:
    """The SQL conditions of searches by one reader in one library.

    A reader who may not read details searches titles, numbers and keywords alone. The name of an organisation is found
    only in records whose owner the reader may know. Queries must join `SearchDocument`.
    """

    def __init__(self, session: Session, model: type[Any], principal: Principal) -> None:
        self._session = session
        self._sqlite = on_sqlite(session)
        self._model = model
        self._kind: RecordKind = model.kind
        self._details = principal.reads_details
        self._principal = principal

    def condition(self, query: SearchQuery) -> ColumnElement[bool]:
        """The records that contain all required terms and none of the excluded ones."""
        owned = [term for term in query.required if self._names_an_owner(term)]
        by_text = [term for term in query.required if term not in owned]
        conditions: list[ColumnElement[bool]] = [self._found_with_owner(term) for term in owned]
        if by_text:
            conditions.append(self._found(by_text))
        for term in query.excluded:
            conditions.append(
                not_(self._found_with_owner(term) if self._names_an_owner(term) else self._found([term]))
            )
        return and_(true(), *conditions)

    def weights(self, query: SearchQuery) -> "Weights":
        """What each term counts, and whether its frequency does.

        Only published records are counted, in what this reader may read.
        """
        terms = query.required
        if not terms:
            return Weights((), frequencies=False)
        groups = [(terms, _FEW + 1), *(([term], _MANY) for term in terms if len(terms) > 1)]
        counts = [
            select(func.count()).select_from(self._published(group).limit(limit).subquery()).scalar_subquery()
            for group, limit in groups
        ]
        all_terms, *each = self._session.execute(select(*counts)).one()
        digits = (len(str(count)) - (count == 0) for count in each or (0,))
        return Weights(tuple(9 - 2 * min(number, 4) for number in digits), frequencies=all_terms <= _FEW)

    def occurrences(self, text: str, *, beside: UUID, at_most: int) -> int:
        """How many published records contain the text, up to `at_most`. Records of the organisation `beside` do not
        count."""
        pattern = pattern_of(text)
        if pattern is None:
            return 0
        others = (
            self._published([SearchTerm(text, (pattern,))])
            .join(self._model, self._model.id == SearchDocument.record_id)
            .where(self._model.owner_org_id != beside)
            .limit(at_most)
        )
        return self._session.scalar(select(func.count()).select_from(others.subquery())) or 0

    def relevance(self, query: SearchQuery, weights: "Weights") -> ColumnElement[int]:
        """How well a record fits, as an integer; higher is better.

        A hit in the title counts more than one in the keywords, and that more than one in the body. A title that begins
        with a term, or has a longer part of the query as it stands, counts more. Statistics enter through `weights`
        alone, so a cursor that keeps them stays valid while records are added and removed.
        """
        total: ColumnElement[Any] = literal_column("0", Integer)
        for term, weight in zip(query.required, weights.terms, strict=True):
            total = total + weight * self._term_score(term)
            if weights.frequencies and self._details:
                total = total + weight * self._body_score(term)
        for run in query.runs:
            total = total + self._if_in(SearchDocument.head_tokens, run, 300)
        # Of two titles with the same hits, the shorter one says less else.
        return total * 10_000 - _length(SearchDocument.head_tokens)

    def _term_score(self, term: SearchTerm) -> ColumnElement[Any]:
        first, *others = term.patterns
        return self._case(
            [
                (SearchDocument.head_tokens, Pattern(("|", *first.tokens), first.prefix), 100),
                (SearchDocument.head_tokens, first, 90),
                *((SearchDocument.head_tokens, other, 80) for other in others),
                *((SearchDocument.public_tokens, pattern, 40) for pattern in term.patterns),
                # In the body, or in the name of the owner.
            ],
            otherwise=10,
        )

    def _body_score(self, term: SearchTerm) -> ColumnElement[Any]:
        """Up to 9 points for how often the term occurs in the body."""
        text = SearchDocument.member_tokens
        times: ColumnElement[Any] = literal_column("0", Integer)
        for pattern in term.patterns[:3]:
            removed = _length(text) - _length(func.replace(text, pattern.text, ""))
            times = times + removed // len(pattern.text)
        return times * 9 // (times + 2)

    def _case(self, rows: Iterable[tuple[Any, Pattern, int]], otherwise: int) -> ColumnElement[Any]:
        return case(
            *((self._contains(column, pattern), points) for column, pattern, points in rows), else_=otherwise
        )

    def _if_in(self, column: Any, pattern: Pattern, points: int) -> ColumnElement[Any]:
        return self._case([(column, pattern, points)], otherwise=0)

    def _names_an_owner(self, term: SearchTerm) -> bool:
        if not term.names:
            return False
        return bool(self._session.scalar(select(exists(self._organisations(term)))))

    def _organisations(self, term: SearchTerm) -> Select[UUID]:
        holds = [self._position(OrganisationName.key, name) > 0 for name in term.names]
        return select(OrganisationName.organisation_id).where(or_(*holds))

    def _found_with_owner(self, term: SearchTerm) -> ColumnElement[bool]:
        """One set of numbers, and no "or": SQLite would begin with all records."""
        model, document = aliased(self._model), aliased(SearchDocument)
        of_owner = (
            select(document.number)
            .join(model, model.id == document.record_id)
            .where(model.owner_org_id.in_(self._organisations(term)))
            .where(owner_known_rows(model, self._principal))
        )
        return SearchDocument.number.in_(union_all(self._numbers([term]), of_owner))

    def _found(self, terms: Sequence[SearchTerm]) -> ColumnElement[bool]:
        """The documents whose text contains all terms."""
        return SearchDocument.number.in_(self._numbers(terms))

    def _numbers(self, terms: Sequence[SearchTerm]) -> Select[int]:
        if self._sqlite:
            return select(self._fts_rows(terms).c.rowid)
        other = aliased(SearchDocument)
        return select(other.number).where(*self._indexed(terms, other))

    def _published(self, terms: Sequence[SearchTerm]) -> Select[int]:
        """The library's published documents whose text contains all terms."""
        found = select(SearchDocument.number)
        if self._sqlite:
            rows = self._fts_rows(terms)
            found = found.join(rows, rows.c.rowid == SearchDocument.number)
        else:
            found = found.where(*self._indexed(terms, SearchDocument))
        # Expressions, so that the planner does not begin with the index of kinds and states.
        return found.where(
            func.coalesce(SearchDocument.kind, "") == self._kind.value,
            func.coalesce(SearchDocument.state, "") == RecordState.PUBLISHED.value,
        )

    def _fts_rows(self, terms: Sequence[SearchTerm]) -> Any:
        columns = "head_tokens public_tokens" + (" member_tokens" if self._details else "")
        wanted = (" OR ".join(map(_fts_phrase, term.patterns)) for term in terms)
        query = f"{{{columns}}} : ({' AND '.join(f'({one})' for one in wanted)})"
        return func.search_fts(query).table_valued("rowid")

    def _indexed(self, terms: Sequence[SearchTerm], document: Any) -> Iterator[ColumnElement[bool]]:
        """The conditions on PostgreSQL, in a query whose only table is that of documents."""
        # The index is used only if the expression equals the indexed one.
        text = MEMBER_TEXT if self._details else PUBLIC_TEXT
        vector: ColumnElement[Any] = literal_column(f"array_to_tsvector(string_to_array({text}, ' '))")
        yield vector.bool_op("@@")(cast(literal(_ts_query(terms)), TSQUERY))
        columns = [document.head_tokens, document.public_tokens]
        if self._details:
            columns.append(document.member_tokens)
        for term in terms:
            if not all(pattern.is_token for pattern in term.patterns):
                yield or_(
                    *(self._contains(column, pattern) for column in columns for pattern in term.patterns)
                )

    def _contains(self, column: Any, pattern: Pattern) -> ColumnElement[bool]:
        # A column begins and ends with a break, so every other token has a space on each side.
        if pattern.tokens[0] == "|":
            return self._position(column, pattern.text[1:]) == 1
        return self._position(column, pattern.text) > 0

    def _position(self, column: Any, text: str) -> ColumnElement[int]:
        return (func.instr if self._sqlite else func.strpos)(column, text, type_=Integer)


def _fts_phrase(pattern: Pattern) -> str:
    tokens = pattern.indexed if pattern.is_token else pattern.tokens
    return f'"{" ".join(tokens)}"' + (" *" if pattern.prefix else "")


def _length(text: Any) -> ColumnElement[int]:
    return func.length(text, type_=Integer)


def _ts_query(terms: Sequence[SearchTerm]) -> str:
    return " & ".join(f"({' | '.join(map(_ts_tokens, term.patterns))})" for term in terms)


def _ts_tokens(pattern: Pattern) -> str:
    tokens = [f"'{token}'" for token in pattern.indexed]
    if pattern.prefix:
        tokens[-1] += ":*"
    return f"({' & '.join(tokens)})"
