"""How far scores move under changes that should not move them: every property, over the judged demands of directories.

    python -m scripts.score_properties MODEL_DIR JUDGED_DIR... [--most 20] [--json]

The directories are read as one store, as `sanku eval` reads them; demands with `of` tell another one's need, and
`achievements_variants.jsonl` holds achievements with selling points added. A change is measured on pairs with a
grade of at least 2: the score after it minus the score before.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import opencc
from sqlalchemy.orm import Session

from app.database import new_id
from app.libraries.datasets.dataset import Dataset, DatasetRow, read_datasets
from app.libraries.demands.models import Demand
from app.matching.embedding.background_texts import background_texts
from app.matching.embedding.embedder import Embedder, SentenceTransformerEmbedder
from app.matching.embedding.joint_embedder import joint_with_background
from app.matching.evaluation import metrics
from app.matching.evaluation.ephemeral_store import JudgedStore, open_judged_store
from app.matching.text.passages import split_sentences
from app.settings import Settings

VARIANTS = "achievements_variants.jsonl"
CLOSING = "欢迎来电洽谈合作,可来厂考察。"
CLOSING_EN = "Visits and enquiries are welcome."
OFF_TOPIC_RECORDS = 100
COPIES = 3
ANSWER = 2
_BREAK_AFTER = 19

_traditional = opencc.OpenCC("s2t").convert


@dataclass(frozen=True, slots=True)
class Change:
    """One judged pair: the scores before and after a change, and its demand."""

    demand: str
    before: float
    after: float

    @property
    def by(self) -> float:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Figures:
    """What one property came to; `where` is the demand of the `largest` change. `lost` counts pairs that were good and
    are not any more."""

    name: str
    pairs: int
    mean: float
    largest: float
    lowest: float
    where: str
    lost: int


def figures(name: str, changes: Sequence[Change], threshold: float) -> Figures:
    by = np.array([change.by for change in changes])
    worst = int(np.abs(by).argmax())
    return Figures(
        name,
        len(changes),
        round(float(by.mean()), 4),
        round(float(by[worst]), 4),
        round(float(by.min()), 4),
        changes[worst].demand,
        sum(change.before >= threshold > change.after for change in changes),
    )


class Judged:
    """The judged records in a store of their own, and in one with everything that others might add."""

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder,
        directories: Sequence[Path],
        folder: Path,
        *,
        most: int | None = None,
    ) -> None:
        """With `most`, only so many of the judged needs."""
        whole = read_datasets(directories)
        variants = [row for one in directories for row in _lines(one / VARIANTS)]
        alone = _alone(whole, most)
        self.answers = {
            str(row.data["id"]): [
                achievement
                for (demand, achievement), grade in whole.pair_grades.items()
                if demand == row.data["id"] and grade >= ANSWER
            ]
            for row in alone.demands
        }
        self.grades = whole.pair_grades
        self.rows = {str(row.data["id"]): row.data for row in alone.achievements}
        self.retold = [row for row in whole.demands if row.data.get("of") in self.answers]
        wanted = {key for keys in self.answers.values() for key in keys}
        self.changed = dict(_changed_achievements(self.rows, wanted, variants))
        crowded = Dataset(
            achievements=[
                *alone.achievements,
                *(_row(data) for found in self.changed.values() for data in found.values()),
                *_off_topic(),
            ],
            demands=[*whole.demands],
        )
        self.alone = self._open(settings, embedder, alone, folder / "alone")
        self.crowded = self._open(settings, embedder, crowded, folder / "crowded")
        self.threshold = self.alone.matcher.shipped.threshold

    def close(self) -> None:
        self.alone.close()
        self.crowded.close()

    def all_figures(self) -> Iterator[Figures]:
        for name, measure in PROPERTIES.items():
            changes = list(measure(self))
            if changes:
                yield figures(name, changes, self.threshold)

    def scores(
        self, store: JudgedStore, session: Session, demand: Demand, keys: Iterable[str]
    ) -> dict[str, float]:
        ids = {store.achievements[key]: key for key in keys}
        found = store.matcher.now_of(session, demand, list(ids))
        return {ids[id_]: match.score for id_, match in found.items()}

    def after_rewriting(self, rewrite: Callable[[Demand], dict[str, Any] | None]) -> Iterator[Change]:
        """Scores of the demands' answers after `rewrite` has changed some of the demand's columns."""
        with self.alone.reading() as session:
            for key, answers in self.answers.items():
                demand = self.alone.demand(session, key)
                values = rewrite(demand)
                if values is None:
                    continue
                before = self.scores(self.alone, session, demand, answers)
                after = self.scores(self.alone, session, _like(demand, values), answers)
                yield from (Change(key, before[one], after[one]) for one in answers if one in before)

    @staticmethod
    def _open(settings: Settings, embedder: Embedder, dataset: Dataset, folder: Path) -> JudgedStore:
        folder.mkdir()
        return open_judged_store(settings, embedder, dataset, folder, on_progress=lambda *_: None)


def crowd(judged: Judged) -> Iterator[Change]:
    """All that others published: the same needs, off-topic records, copies of the answers."""
    with judged.alone.reading() as alone, judged.crowded.reading() as crowded:
        for key, answers in judged.answers.items():
            before = judged.scores(judged.alone, alone, judged.alone.demand(alone, key), answers)
            after = judged.scores(judged.crowded, crowded, judged.crowded.demand(crowded, key), answers)
            yield from (Change(key, before[one], after[one]) for one in answers)


def rewritten_achievement(kind: str) -> Callable[[Judged], Iterator[Change]]:
    def measure(judged: Judged) -> Iterator[Change]:
        with judged.crowded.reading() as session:
            for key, answers in judged.answers.items():
                pairs = {
                    one: str(judged.changed[one][kind]["id"])
                    for one in answers
                    if kind in judged.changed.get(one, {})
                }
                demand = judged.crowded.demand(session, key)
                found = judged.scores(judged.crowded, session, demand, [*pairs, *pairs.values()])
                yield from (Change(key, found[one], found[other]) for one, other in pairs.items())

    return measure


def either_side(judged: Judged) -> Iterator[Change]:
    with judged.alone.reading() as session:
        for key, answers in judged.answers.items():
            demand = judged.alone.demand(session, key)
            before = judged.scores(judged.alone, session, demand, answers)
            for one in answers:
                achievement = judged.alone.achievement(session, one)
                back = judged.alone.matcher.for_achievement(session, achievement, limit=400).items
                found = {item.demand_id: item.score for item in back}
                if demand.id in found:
                    yield Change(key, before[one], found[demand.id])


def excluded(judged: Judged) -> Iterator[Change]:
    """The score of what is excluded: the best of the list that is no answer."""
    with judged.alone.reading() as session:
        for key, answers in judged.answers.items():
            demand = judged.alone.demand(session, key)
            everything = judged.scores(judged.alone, session, demand, judged.alone.achievements)
            others = {one: score for one, score in everything.items() if one not in answers}
            decoy = max(others, key=lambda one: others[one])
            values = {"main_problem": f"不需要{judged.rows[decoy]['title']}。{demand.main_problem}"}
            after = judged.scores(judged.alone, session, _like(demand, values), [decoy])
            yield Change(key, others[decoy], after[decoy])


def more_precise(judged: Judged) -> Iterator[Change]:
    """Each demand with a term of its answer added, one at a time: field, maturity, price, mode."""
    with judged.alone.reading() as session:
        for key, answers in judged.answers.items():
            demand = judged.alone.demand(session, key)
            before = judged.scores(judged.alone, session, demand, answers)
            for one in answers:
                achievement = judged.alone.achievement(session, one)
                price = achievement.price_min_wan or achievement.price_max_wan
                terms = {
                    "fields": achievement.fields,
                    "min_trl": achievement.trl,
                    "budget_max_wan": price,
                    "cooperation_modes": achievement.transfer_modes,
                    "indicators": achievement.indicators,
                }
                for name, value in terms.items():
                    if value and not getattr(demand, name):
                        more = _like(demand, {name: value})
                        after = judged.scores(judged.alone, session, more, [one])
                        yield Change(key, before[one], after[one])


def languages(judged: Judged) -> dict[str, float]:
    """nDCG@10 of the needs that are written in English, too: in Chinese, in traditional characters and in English."""
    lists: dict[str, dict[str, list[str]]] = {"zh": {}, "zh-Hant": {}, "en": {}}
    with judged.crowded.reading() as session:
        keys = list(judged.rows)

        def ranked(demand: Demand) -> list[str]:
            scores = judged.scores(judged.crowded, session, demand, keys)
            return sorted(scores, key=lambda one: -scores[one])

        for row in judged.retold:
            if row.data.get("kind") == "en":
                need = str(row.data["of"])
                demand = judged.crowded.demand(session, need)
                lists["zh"][need] = ranked(demand)
                lists["zh-Hant"][need] = ranked(_like(demand, _traditional_of(demand)))
                lists["en"][need] = ranked(judged.crowded.demand(session, str(row.data["id"])))
    grades = {
        need: {one: grade for (demand, one), grade in judged.grades.items() if demand == need}
        for need in lists["zh"]
    }
    return {
        name: round(float(np.mean(list(metrics.ndcg(found, grades).values()))), 4)
        for name, found in lists.items()
        if found
    }


def _traditional_of(demand: Demand) -> dict[str, Any]:
    return {name: _traditional(getattr(demand, name) or "") for name in ("title", "main_problem")}


def _of_problem(written: Callable[[str], str]) -> Callable[[Judged], Iterator[Change]]:
    return lambda judged: judged.after_rewriting(
        lambda demand: {"main_problem": written(demand.main_problem)} if demand.main_problem else None
    )


def _full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _broken(text: str) -> str:
    return "\n".join(text[at : at + _BREAK_AFTER] for at in range(0, len(text), _BREAK_AFTER))


PROPERTIES: dict[str, Callable[[Judged], Iterator[Change]]] = {
    "others publish the same need, off-topic records and copies": crowd,
    "selling points": rewritten_achievement("selling"),
    "usual closing words": rewritten_achievement("closing"),
    "another order of sentences": rewritten_achievement("order"),
    "a copy of the answer": rewritten_achievement("copy"),
    "traditional characters": lambda judged: judged.after_rewriting(_traditional_of),
    "markup": _of_problem(lambda text: f"<div><p style='margin:0'>{text}</p><br></div>"),
    "full width": _of_problem(_full_width),
    "invisible characters": _of_problem("\u200b".join),
    "broken lines": _of_problem(_broken),
    "spaces of a scan": _of_problem(" ".join),
    "a more precise demand": more_precise,
    "the other side": either_side,
    "what is excluded": excluded,
}


def _alone(whole: Dataset, most: int | None) -> Dataset:
    """The judged needs as they were first written, at most `most` of them, with all achievements."""
    judged = {demand for (demand, _), grade in whole.pair_grades.items() if grade >= ANSWER}
    rows = [row for row in whole.demands if row.data["id"] in judged and not row.data.get("of")]
    return Dataset(achievements=whole.achievements, demands=rows[:most])


def _changed_achievements(
    rows: dict[str, dict[str, Any]], wanted: Iterable[str], variants: Sequence[dict[str, Any]]
) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    selling = {str(row["of"]): row for row in variants}
    for key in sorted(wanted):
        row = rows[key]
        summary = str(row.get("summary") or "")
        english = row.get("language") == "en"
        found = {
            "closing": row | {"summary": f"{summary} {CLOSING_EN}" if english else summary + CLOSING},
            "order": row | {"summary": "".join(reversed(split_sentences(summary)))},
            "copy": dict(row),
        }
        if key in selling:
            found["selling"] = row | {
                name: value for name, value in selling[key].items() if name in row and name != "id"
            }
        yield (
            key,
            {
                kind: data | {"id": f"{key}+{kind}", "owner_org": f"另一单位{key}{kind}"}
                for kind, data in found.items()
            },
        )


def _off_topic() -> Iterator[DatasetRow]:
    passages = [one for one in background_texts() if one.side == "passage" and one.language == "zh"]
    step = max(1, len(passages) // OFF_TOPIC_RECORDS)
    for number, one in enumerate(passages[::step][:OFF_TOPIC_RECORDS]):
        yield _row({"id": f"other-{number}", "title": one.text[:20], "summary": one.text, "language": "zh"})


def _like(demand: Demand, values: dict[str, Any]) -> Demand:
    """The demand with some columns changed, in no session."""
    kept: dict[str, Any] = {
        column.key: getattr(demand, column.key) for column in Demand.__mapper__.column_attrs
    }
    id_: UUID = new_id()
    return Demand(**kept | values | {"id": id_})


def _row(data: dict[str, Any]) -> DatasetRow:
    return DatasetRow("made", 0, data)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("judged", type=Path, nargs="+")
    parser.add_argument("--most", type=int)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    embedder = joint_with_background(SentenceTransformerEmbedder(options.model), options.model)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, home=Path(folder), demo=True)
        judged = Judged(settings, embedder, options.judged, Path(folder), most=options.most)
        for found in judged.all_figures():
            line = (
                json.dumps({name: getattr(found, name) for name in Figures.__slots__}, ensure_ascii=False)
                if options.json
                else f"| {found.name} | {found.pairs} | {found.mean:+.3f} | {found.largest:+.3f} | {found.lost} |"
            )
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        sys.stdout.write(f"nDCG@10 by language: {languages(judged)}\n")
        judged.close()


if __name__ == "__main__":
    main()
