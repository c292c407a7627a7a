"""The command `sanku tiers`: the managers' tiers of a year, computed from current contracts and certificates."""

from typing import Annotated, Any

import typer

from app.cli.common import load_settings, prepared_database, print_error, write_json


def tiers(
    year: Annotated[int | None, typer.Option(help="Year (年度); default: the current year.")] = None,
    refresh: Annotated[bool, typer.Option(help="Also store this year's tiers, as the worker does.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show tiers C/D/E (人才类别) and figures of all managers with a contract or a verified certificate."""
    from app.clock import today
    from app.talent.tiers.loader import managers_with_tier_inputs
    from app.talent.tiers.service import REFRESH_BATCH
    from app.talent.tiers.service import refresh as refresh_tiers

    database = prepared_database(load_settings())
    with database.reading() as session:
        ids = managers_with_tier_inputs(session)
    if refresh:
        changed = 0
        for start in range(0, len(ids), REFRESH_BATCH):
            with database.unit_of_work() as session:
                batch = ids[start : start + REFRESH_BATCH]
                changed += refresh_tiers(session, batch, cause="tiers.refreshed", cause_id=None)
        print_error(f"{changed} tiers changed (类别变动 {changed} 人)")
    with database.reading() as session:
        rows = _rows(session, ids, today().year if year is None else year)
    database.dispose()
    if as_json:
        write_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['number']}  {row['tier'] or '-'}  {row['rule'] or '-':<4} "
            f"projects {row['landed_projects']}, {row['amount_year_wan']} 万元 in the year, "
            f"{row['amount_total_wan']} 万元 in total, certificate {row['certificate']}"
        )


def _rows(session: Any, ids: Any, year: int) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from app.libraries.managers.models import Manager
    from app.talent.tiers.service import evaluate_managers, summary

    numbers = dict(session.execute(select(Manager.id, Manager.number).where(Manager.id.in_(ids))).all())
    evaluations = evaluate_managers(session, ids, year=year)
    rows = [
        {
            "number": numbers[id_],
            "tier": evaluation.tier.value if evaluation.tier else None,
            "rule": evaluation.rule.id if evaluation.rule else None,
            **summary(evaluation),
        }
        for id_, evaluation in evaluations.items()
    ]
    return sorted(rows, key=lambda row: str(row["number"]))
