"""The command `sanku match`: ranked achievements for a demand or a text, without the service."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from app.cli.common import load_settings, write_json
from app.errors import NotFound
from app.libraries.search.tokenizer import words
from app.matching.lists.bands import written_score

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.libraries.demands.models import Demand
    from app.matching.results import MatchAnswer


def match(
    demand_id: Annotated[
        str | None, typer.Argument(help="Id or reference number (JN-D-…) of a demand.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="Description of a problem; it is not stored.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Rank the published achievements for a demand or a text, with reasons."""
    if (demand_id is None) == (text is None):
        raise typer.BadParameter("specify either a demand or --text (需求编号与 --text 须任选其一)")
    if text is not None and not words(text):
        raise typer.BadParameter(
            "the text contains no words usable for matching (文字中没有可用于匹配的词)", param_hint="--text"
        )
    from app.bootstrap.services import build_services
    from app.database import Database
    from app.libraries.record.enums import RecordKind
    from app.matching.matcher import Matcher

    services = build_services(load_settings())
    with services[Database].reading() as session:
        if text is not None:
            answer = services[Matcher].for_text(
                session, text, looking_for=RecordKind.ACHIEVEMENT, limit=limit
            )
        else:
            answer = services[Matcher].for_demand(session, _demand(session, str(demand_id)), limit=limit)
        rows = _rows(session, answer)
    if as_json:
        write_json(
            {
                "threshold": answer.threshold,
                "no_good_match": answer.no_good_match,
                "to_add": answer.to_add,
                "items": rows,
            }
        )
        return
    _print(rows, answer.no_good_match, answer.to_add)


def _rows(session: "Session", answer: "MatchAnswer") -> list[dict[str, Any]]:
    from sqlalchemy import select

    from app.libraries.achievements.models import Achievement
    from app.matching.lists.bands import reads_as_nothing

    ids = [item.achievement_id for item in answer.items]
    titles = {row.id: row for row in session.scalars(select(Achievement).where(Achievement.id.in_(ids)))}
    return [
        {
            "rank": rank,
            "score": round(item.score, 4),
            "good": item.good,
            "achievement_id": str(item.achievement_id),
            "number": titles[item.achievement_id].number,
            "title": titles[item.achievement_id].title,
            "reason_zh": item.reasons["one_line_zh"],
            "reason_en": item.reasons["one_line_en"],
        }
        for rank, item in enumerate(answer.items, 1)
        if item.achievement_id in titles
        and (answer.no_good_match is None or not reads_as_nothing(item.score, good=item.good))
    ]


def _demand(session: "Session", id_or_number: str) -> "Demand":
    from sqlalchemy import select

    from app.libraries.demands.models import Demand

    try:
        demand = session.get(Demand, UUID(id_or_number))
    except ValueError:
        demand = session.scalar(select(Demand).where(Demand.number == id_or_number.strip().upper()))
    if demand is None:
        raise NotFound(f"Demand {id_or_number} does not exist.", f"技术需求 {id_or_number} 不存在。")
    return demand


def _print(rows: list[dict[str, Any]], no_good_match: Any, to_add: Any) -> None:
    for row in rows:
        typer.echo(f"{row['rank']:2d}. {written_score(row['score'])} {row['number']} {row['title']}")
        typer.echo(f"      {row['reason_zh']}")
    if no_good_match:
        typer.echo(f"{no_good_match['zh']} {no_good_match['en']}")
        for gap in no_good_match["missing"]:
            typer.echo(f"      {gap['zh']} {gap['en']}")
    for one in to_add:
        typer.echo(f"+ {one['zh']} {one['en']}")
