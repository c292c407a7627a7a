"""The command `sanku check`: whether the store agrees with itself."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.common import load_settings, print_error, progress, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.services import Services
    from app.store.consistency.result import CheckResult
    from app.store.consistency.verification import StoreParts


def check(
    mend: Annotated[
        bool, typer.Option("--mend", help="Derive again what can be derived, and check once more.")
    ] = False,
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Do not read the bytes of uploaded files.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Compare counts, hashes, sequences, vectors, search documents, events and files, and say what differs.

    While the embedding model changes, the vectors of both models are compared. Services may run meanwhile. Exit
    status 1 if something differs (with --mend: still differs).
    """
    from app.bootstrap.services import build_services, close
    from app.database import Database
    from app.engagements.files.encrypted_storage import EncryptedStore
    from app.matching.embedding.indexer import MatchingIndexer
    from app.matching.spaces.opened_models import OpenedModels
    from app.settings import Settings
    from app.store.consistency.vectors.other_spaces import fill_mended
    from app.store.consistency.verification import StoreParts, mend_store

    services = build_services(load_settings())
    parts = StoreParts(
        services[Database],
        services[Settings],
        services[MatchingIndexer],
        services[OpenedModels],
        None if without_files else services[EncryptedStore],
    )
    results = _checked(parts)
    mended: Sequence[CheckResult] = ()
    if mend and any(result.found for result in results):
        mend_store(parts, results)
        _reindex(services)
        fill_mended(parts.database, parts.models, results)
        mended, results = results, _checked(parts)
    close(services)
    _show(results, mended, as_json=as_json)
    if any(result.found for result in results):
        raise typer.Exit(1)


def _checked(parts: "StoreParts") -> "list[CheckResult]":
    from app.store.consistency.verification import check_store

    with progress("checking (检查)") as update:
        return check_store(parts, on_check=lambda _, done, total: update(done, total))


def _reindex(services: "Services") -> None:
    """Store marked entries of the index again."""
    from app.database import Database
    from app.matching.embedding.embedder import Embedder
    from app.matching.embedding.indexer import MatchingIndexer
    from app.matching.matcher import Matcher
    from app.matching.tools.checkpoint import Checkpoint
    from app.matching.tools.reindex import reindex
    from app.settings import Settings

    with services[Database].reading() as session:
        ranker_version = services[Matcher].ranker(session).version
    kept = Checkpoint(services[Settings].home_path / "check.progress", services[Embedder].model_id)
    with progress("records (记录)") as update:
        reindex(
            services[Database],
            services[MatchingIndexer],
            progress=kept,
            ranker_version=ranker_version,
            on_progress=update,
        )


def _show(results: "Sequence[CheckResult]", mended: "Sequence[CheckResult]", *, as_json: bool) -> None:
    from app.store.consistency.verification import CHECKS

    before = {result.name: result.mended for result in mended}
    if as_json:
        write_json({"clean": not any(result.found for result in results), "checks": [
            _described(result, before.get(result.name, 0)) for result in results
        ]})  # fmt: skip
        return
    titles = {check.name: f"{check.zh} ({check.en})" for check in CHECKS}
    for result in results:
        mark = "✗" if result.found else "✓"
        repaired = before.get(result.name, 0)
        typer.echo(
            f"{mark} {titles[result.name]}: {result.examined}"
            + (f", {result.found} differ (不符 {result.found})" if result.found else "")
            + (f", {repaired} mended (已修复 {repaired})" if repaired else "")
        )
        for one in result.differences:
            print_error(f"    {one.subject}: {one.zh} / {one.en}", style="red")
        if result.found > len(result.differences):
            print_error(f"    … {result.found - len(result.differences)}", style="red")


def _described(result: "CheckResult", repaired: int) -> dict[str, Any]:
    return {
        "name": result.name,
        "examined": result.examined,
        "found": result.found,
        "mended": repaired,
        "differences": [asdict(one) for one in result.differences],
    }
