"""Large stores for benchmarks: real records embedded once, a crowd made from them, rows written straight into tables.

`Real.embedded` embeds a modest number of records once, `save` keeps them in one file. `Crowd` makes any
number of achievements from them:

- vector: a point between two real records of one discipline, drawn evenly from 0 to 1 of the way, plus noise, at length
  1; the parts of a joint vector keep their shares. The noise is set by bisection so that, among as many made as there
  are real ones, the median cosine of a record with its nearest neighbour equals that of the real ones (`calibration`
  shows other quantiles beside it);
- text: two to six sentences of real records of that discipline, with their own sentence vectors; the words are those
  of the sentences. So every word of a real record grows with the store: there are no words as rare as in a real store
  of that size, which is the harder case for a search by words;
- discipline, owner (one of 2,000), region, maturity, price and way of transfer by chance from a seed.

Judged demands are the openings of abstracts (csl-halves-dev); their answers, the rest of the same abstracts, lie in the
store among the crowd. No abstract of a judged demand is among those that the crowd is made of.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.database import new_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.models import Record
from app.libraries.search.tokenizer import words
from app.matching.embedding.embedder import Embedder
from app.matching.embedding.indexer import side_of
from app.matching.facts.from_records import facts_of
from app.matching.text.passages import sentences, whole_text

Array = NDArray[np.float32]

_PARTS = ("demands", "answers", "sources")


@dataclass(frozen=True)
class Text:
    """One real record: key, discipline, whole text, sentences, and their vectors (d), (s, e)."""

    key: str
    discipline: str
    title: str
    whole: str
    sentences: tuple[str, ...]
    vector: Array
    sentence_vectors: Array

    @property
    def words(self) -> list[str]:
        return words(self.whole)


@dataclass(frozen=True)
class Real:
    """Judged demands, their answers in the same order, and the records that the crowd is made of."""

    demands: Sequence[Text]
    answers: Sequence[Text]
    sources: Sequence[Text]
    model_id: str

    @property
    def dimension(self) -> int:
        """Of the vectors of whole texts."""
        return len(self.demands[0].vector)

    @property
    def queries(self) -> Array:
        """Vectors of the judged demands, (n, d)."""
        return np.stack([text.vector for text in self.demands])

    @classmethod
    def embedded(cls, data: Path, embedder: Embedder, *, judged: int, sources: int) -> "Real":
        """Read and embedded now: minutes for a thousand records on one core."""
        csl = {row["id"][-4:]: row for row in _rows(data / "csl" / "achievements.jsonl")}
        demands = {row["id"][-4:]: row for row in _rows(data / "csl-halves-dev" / "demands.jsonl")}
        answers = {row["id"][-4:]: row for row in _rows(data / "csl-halves-dev" / "achievements.jsonl")}
        asked = sorted(demands)[:judged]
        free = [number for number in sorted(csl) if number not in demands][:sources]
        jinan = [
            {**row, "discipline": row.get("field", "")}
            for path in sorted((data / "jinan").glob("*/achievements.jsonl"))
            for row in _rows(path)
        ]
        return cls(
            _embedded(embedder, [_demand(demands[n]) for n in asked], [csl[n]["discipline"] for n in asked]),
            _embedded(
                embedder, [_achievement(answers[n]) for n in asked], [csl[n]["discipline"] for n in asked]
            ),
            _embedded(
                embedder,
                [_achievement(row) for row in (*(csl[n] for n in free), *jinan)],
                [row["discipline"] for row in (*(csl[n] for n in free), *jinan)],
            ),
            embedder.model_id,
        )

    @classmethod
    def load(cls, path: Path) -> "Real":
        with np.load(path, allow_pickle=False) as archive:
            described = json.loads(str(archive["described"]))
            parts = [
                _unpacked(described[name], archive[name], archive[f"{name}_sentences"]) for name in _PARTS
            ]
        return cls(**dict(zip(_PARTS, parts, strict=True)), model_id=described["model_id"])

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = {name: getattr(self, name) for name in _PARTS}
        described = {"model_id": self.model_id} | {
            name: [[text.key, text.discipline, text.title, text.whole, text.sentences] for text in texts]
            for name, texts in parts.items()
        }
        arrays: dict[str, Any] = {}
        for name, texts in parts.items():
            arrays[name] = np.stack([text.vector for text in texts])
            arrays[f"{name}_sentences"] = np.concatenate([text.sentence_vectors for text in texts])
        with path.open("wb") as file:
            np.savez(file, described=np.array(json.dumps(described, ensure_ascii=False)), **arrays)


def _unpacked(described: list[Any], vectors: Array, sentence_vectors: Array) -> list[Text]:
    """`sentence_vectors` are those of all texts, one text after another."""
    found = []
    place = 0
    for (key, discipline, title, whole, parts), vector in zip(described, vectors, strict=True):
        of_sentences = sentence_vectors[place : place + len(parts)]
        found.append(Text(key, discipline, title, whole, tuple(parts), vector, of_sentences))
        place += len(parts)
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _demand(row: dict[str, Any]) -> Record:
    return Demand(
        id=new_id(), owner_org_id=new_id(), title="", main_problem=row["description"], number=row["id"]
    )


def _achievement(row: dict[str, Any]) -> Record:
    return Achievement(
        id=new_id(),
        owner_org_id=new_id(),
        number=row["id"],
        title=row["title"],
        summary=row["summary"],
        advantages=row.get("advantages") or "",
        scenarios=row.get("applications") or "",
        keywords=row["keywords"],
    )


def _embedded(embedder: Embedder, records: list[Record], disciplines: list[str]) -> list[Text]:
    wholes = [whole_text(facts_of(record)) for record in records]
    cut = [sentences(facts_of(record)) or [whole] for record, whole in zip(records, wholes, strict=True)]
    side = side_of(records[0].kind)
    embed = embedder.embed_queries if side == "query" else embedder.embed_passages
    distinct = list(dict.fromkeys(one for parts in cut for one in parts))
    sentence_vectors = dict(zip(distinct, embedder.embed_sentences(side, distinct), strict=True))
    return [
        Text(
            record.number,
            discipline,
            record.title,
            whole,
            tuple(parts),
            vector,
            np.stack([sentence_vectors[one] for one in parts]),
        )
        for record, discipline, whole, parts, vector in zip(
            records, disciplines, wholes, cut, embed(wholes), strict=True
        )
    ]
