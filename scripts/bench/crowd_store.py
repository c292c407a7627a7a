"""Synthetic crowds, and a database with them: see `crowd` for what they are made of."""

import sys
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from crowd import Array, Real, Text
from sqlalchemy import Connection, insert

from app import database_schema
from app.accounts.models import Organisation
from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument, create_search_ddl
from app.libraries.search.tokenizer import words
from app.matching.embedding.background import shipped_background
from app.matching.embedding.indexer import side_of
from app.matching.models import RecordVector
from app.matching.space import VectorTraits, join, split, unit
from app.matching.text.traits import Traits

OWNERS = 2_000
REGIONS = ("370102", "370103", "370112", "370200", "370300", "110105", "310104", "440305")
MODES = ("assignment", "licence", "equity", "joint_development", "service")
BATCH = 5_000
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """A made record: between which two texts its vector lies, and of which sentences its text consists."""

    discipline: str
    vector: Array
    sentences: tuple[tuple[int, int], ...]  # (text, its sentence)


class Maker:
    """Makes records from real ones, always the same from the same seed."""

    def __init__(self, texts: Sequence[Text], seed: int) -> None:
        self.texts = texts
        self.matrix = np.stack([text.vector for text in texts])
        self._sentence_dimension = texts[0].sentence_vectors.shape[1]
        groups: dict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(texts):
            groups[text.discipline].append(row)
        self._groups = [np.array(rows) for rows in groups.values() if len(rows) > 1]
        sizes = np.array([len(rows) for rows in self._groups], float)
        self._shares = sizes / sizes.sum()
        self._seed = seed
        self.words = [[" ".join(words(sentence)) for sentence in text.sentences] for text in texts]
        self.noise = self._calibrated()

    def vectors(self, count: int, rng: np.random.Generator, noise: float) -> tuple[Array, list[np.ndarray]]:
        chosen = rng.choice(len(self._groups), size=count, p=self._shares)
        pairs = np.array([rng.choice(self._groups[group], 2, replace=False) for group in chosen])
        share = rng.random((count, 1)).astype(np.float32)
        rows = share * self.matrix[pairs[:, 0]] + (1 - share) * self.matrix[pairs[:, 1]]
        rows += rng.standard_normal(rows.shape, dtype=np.float32) * np.float32(noise / np.sqrt(rows.shape[1]))
        if self._sentence_dimension < rows.shape[1]:
            rows = join(*split(rows, self._sentence_dimension))
        return unit(rows), [self._groups[group] for group in chosen]

    def records(self, count: int, part: int) -> Iterator[Made]:
        """`part` numbers the batch: each has numbers of its own."""
        rng = np.random.default_rng([self._seed, part])
        rows, groups = self.vectors(count, rng, self.noise)
        lengths = rng.integers(2, 7, count)
        for row, group, length in zip(rows, groups, lengths, strict=True):
            of = rng.choice(group, length).tolist()
            picks = rng.random(length)
            yield Made(
                self.texts[of[0]].discipline,
                row,
                tuple(
                    dict.fromkeys(
                        (text, int(pick * len(self.texts[text].sentences)))
                        for text, pick in zip(of, picks, strict=True)
                    )
                ),
            )

    def calibration(self) -> dict[str, dict[str, float]]:
        """Cosine with the nearest neighbour at three quantiles: among the real ones, and among as many made ones."""
        made, _ = self.vectors(len(self.texts), np.random.default_rng([self._seed, 1 << 30]), self.noise)
        return {
            name: {f"p{q}": round(float(np.percentile(_nearest(rows), q)), 4) for q in (10, 50, 90)}
            for name, rows in (("real", self.matrix), ("made", made))
        }

    def _calibrated(self) -> float:
        wanted = float(np.median(_nearest(self.matrix)))
        low, high = 0.0, 2.0
        for _ in range(12):
            middle = (low + high) / 2
            made, _ = self.vectors(len(self.texts), np.random.default_rng([self._seed, 1 << 30]), middle)
            low, high = (middle, high) if np.median(_nearest(made)) > wanted else (low, middle)
        return (low + high) / 2


def _nearest(rows: Array) -> Array:
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1)
    return np.asarray(cosines.max(axis=1), np.float32)


class Seeder:
    """Writes rows as publishing would leave them, without its checks."""

    def __init__(self, database: Database, model_id: str, seed: int) -> None:
        self._database = database
        self._model_id = model_id
        self._rng = np.random.default_rng(seed)
        self._count = 0
        self._owners = [self._id() for _ in range(OWNERS)]

    def _id(self) -> UUID:
        """Random, as the ids of a store are spread; and the same each time."""
        return uuid.UUID(bytes=self._rng.bytes(16), version=4)

    def organisations(self) -> None:
        rows = [
            {"id": id_, "name": f"单位{number:05}", "kind": "institute", "region": "370102", "aliases": []}
            for number, id_ in enumerate(self._owners)
        ]
        with self._database.engine.execution_options(sanku_write=True).begin() as connection:
            connection.execute(insert(Organisation), rows)

    def real(self, kind: RecordKind, texts: Sequence[Text]) -> list[UUID]:
        return self._write(
            kind,
            [
                (
                    text.discipline,
                    text.title,
                    text.vector,
                    list(text.sentences),
                    text.sentence_vectors,
                    " ".join(text.words),
                )
                for text in texts
            ],
        )

    def made(self, kind: RecordKind, maker: Maker, count: int, first: int = 0) -> None:
        for start in range(first, first + count, BATCH):
            size = min(BATCH, first + count - start)
            rows = []
            for one in maker.records(size, start):
                parts = [(maker.texts[text], text, sentence) for text, sentence in one.sentences]
                rows.append(
                    (
                        one.discipline,
                        parts[0][0].title,
                        one.vector,
                        [text.sentences[sentence] for text, _, sentence in parts],
                        np.stack([text.sentence_vectors[sentence] for text, _, sentence in parts]),
                        " ".join(maker.words[number][sentence] for _, number, sentence in parts),
                    )
                )
            self._write(kind, rows)
            sys.stderr.write(f"\rseeded {start + size:,} {kind.value}s ")
        sys.stderr.write("\n")

    def _write(self, kind: RecordKind, rows: list[tuple[Any, ...]]) -> list[UUID]:
        model = Achievement if kind is RecordKind.ACHIEVEMENT else Demand
        ids = [self._id() for _ in rows]
        facts, vectors, documents = [], [], []
        traits = self._traits(kind, np.stack([row[2] for row in rows]))
        for id_, trait, row in zip(ids, traits, rows, strict=True):
            discipline, title, vector, sentences, sentence_vectors, cut = row
            self._count += 1
            draw = self._rng.random(6)
            owner = self._owners[int(draw[0] * OWNERS)]
            region = REGIONS[int(draw[1] * len(REGIONS))]
            fields = [f"{10 + hash_of(discipline) % 70}{int(draw[2] * 3)}"]
            trl = int(draw[3] * 9) + 1
            fact: dict[str, Any] = {
                "id": id_,
                "number": f"X-{self._count:09}",
                "state": RecordState.PUBLISHED.value,
                "title": title[:200],
                "fields": fields,
                "region": region,
                "owner_org_id": owner,
                "published_at": _EPOCH,
                "keywords": [],
            }
            if kind is RecordKind.ACHIEVEMENT:
                fact |= {"summary": "\n".join(sentences), "trl": trl}
                fact["transfer_modes"] = [MODES[int(draw[4] * 5)]]
                fact["price_min_wan"] = fact["price_max_wan"] = None
            else:
                fact |= {"main_problem": "\n".join(sentences), "cooperation_modes": [], "fields": []}
                fields, trl = [], None  # type: ignore[assignment]
            facts.append(fact)
            vectors.append(
                {
                    "record_id": id_,
                    "seq": self._count,
                    "kind": kind.value,
                    "active": True,
                    "model_id": self._model_id,
                    "text_hash": f"{self._count:064x}",
                    "owner_org_id": owner,
                    "field_codes": f"|{'|'.join(fields)}|" if fields else "",
                    "region": region,
                    "trl": trl,
                    "language": "zh",
                    "valid_until": None,
                    "vector": vector,
                    "sentences": sentences,
                    "sentence_vectors": np.ascontiguousarray(sentence_vectors, "<f2").tobytes(),
                    "traits": trait.to_dict(),
                }
            )
            documents.append(
                {
                    "number": self._count,
                    "record_id": id_,
                    "kind": kind.value,
                    "state": RecordState.PUBLISHED.value,
                    "member_words": cut,
                    "length": cut.count(" ") + 1,
                }
            )
        with self._database.engine.execution_options(sanku_write=True).begin() as connection:
            for table, values in ((model, facts), (RecordVector, vectors), (SearchDocument, documents)):
                for start in range(0, len(values), 1000):
                    connection.execute(insert(table), values[start : start + 1000])
        return ids

    def _traits(self, kind: RecordKind, vectors: Array) -> list[Traits]:
        """What the vectors say of their records; made records state no figures."""
        # A joint embedder appends the name of its second model to the id of its text model.
        background = shipped_background(self._model_id.split("+")[0])
        found = (
            background.vector_traits(side_of(kind), vectors)
            if background
            else [VectorTraits() for _ in vectors]
        )
        return [
            Traits(hubness=one.hubness, generality=one.generality, solution=one.solution) for one in found
        ]


def hash_of(text: str) -> int:
    return sum(text.encode())


def seed(
    path: Path, real: Real, *, achievements: int, demands: int, seed: int = 1
) -> tuple[list[UUID], list[UUID]]:
    """A new database; ids of the judged demands and of their answers, in one order."""
    database = Database(f"sqlite:///{path}")
    database_schema.migrate(database)
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        _full_text(connection, "DROP TRIGGER")
    seeder = Seeder(database, real.model_id, seed)
    seeder.organisations()
    asked = seeder.real(RecordKind.DEMAND, real.demands)
    answers = seeder.real(RecordKind.ACHIEVEMENT, real.answers)
    seeder.made(RecordKind.ACHIEVEMENT, Maker(real.sources, seed), achievements - len(answers))
    if demands > len(asked):
        seeder.made(RecordKind.DEMAND, Maker(real.demands, seed + 1), demands - len(asked))
    with database.engine.execution_options(sanku_write=True).begin() as connection:
        # One pass over all documents is quicker than a trigger for each.
        connection.exec_driver_sql("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")
        _full_text(connection, "CREATE TRIGGER")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return asked, answers


def _full_text(connection: Connection, verb: str) -> None:
    for statement in create_search_ddl("sqlite"):
        if statement.startswith("CREATE TRIGGER"):
            name = statement.split()[2]
            connection.exec_driver_sql(statement if verb == "CREATE TRIGGER" else f"DROP TRIGGER {name}")
