"""The command `sanku draft`: what a text or file would fill in."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import load_settings, write_json


def draft(
    file: Annotated[
        Path | None,
        typer.Argument(
            exists=True, dir_okay=False, help="DOCX, PDF, XLSX …; default: text on standard input."
        ),
    ] = None,
    achievement: Annotated[
        bool, typer.Option("--achievement", help="The text describes an achievement, not a demand.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Suggest the fields of a demand or an achievement, each with the place that it comes from. Nothing is saved."""
    from app.exchange.batches.workbooks import scanned
    from app.exchange.headers.dictionary import Kind
    from app.exchange.suggestions.composition import suggested_of_file, suggested_of_text
    from app.matching.embedding.remote.opening import open_embedder

    kind = Kind.ACHIEVEMENT if achievement else Kind.DEMAND
    settings = load_settings()
    embedder = open_embedder(settings)
    if file is not None and file.suffix.lower() != ".txt":
        found = suggested_of_file(scanned(file.read_bytes(), settings), kind, embedder)
    else:
        text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
        found = suggested_of_text(text, kind, embedder)
    if as_json:
        write_json(found.model_dump(mode="json"))
        return
    for one in found.suggestions:
        score = "" if one.score is None else f" ({one.score:.3f})"
        shown = one.label or str(one.value)
        typer.echo(
            f"{one.field} [{one.how}]: {shown[:100]}{score}  ← {one.place.cell} {one.place.quote[:60]}"
        )
    typer.echo(f"missing (尚缺): {', '.join(found.missing) or '–'}")
