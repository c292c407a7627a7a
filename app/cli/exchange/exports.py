"""The command `sanku export LIST`: a list, or the ledger of contracts, as a file."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.common import load_settings, opened_services

if TYPE_CHECKING:
    from app.services import Services


class ListName(StrEnum):
    """Lists that are exported."""

    DEMANDS = "demands"
    ACHIEVEMENTS = "achievements"
    MANAGERS = "managers"
    CONTRACTS = "contracts"
    ORGANISATIONS = "organisations"


def export(
    name: Annotated[ListName, typer.Argument(metavar="LIST", help="Which list.")],
    out: Annotated[
        Path, typer.Argument(dir_okay=False, help="The file; its ending decides: .xlsx, .csv or .jsonl.")
    ],
    where: Annotated[
        list[str] | None,
        typer.Option("--filter", help="A filter of the list, e.g. state=draft; repeat for more."),
    ] = None,
) -> None:
    """Write a list to a file that `sanku import` reads back as it was."""
    from app.exchange.headers.dictionary import Kind
    from app.exchange.out.files import ListFormat, write_rows

    try:
        format_ = ListFormat(out.suffix.removeprefix(".").lower())
    except ValueError as error:
        raise typer.BadParameter("the file must end in .xlsx, .csv or .jsonl") from error
    with opened_services(load_settings()) as services, out.open("w+b") as file:
        count = write_rows(
            Kind(name.value.removesuffix("s")), format_, _bodies(services, name, where or ()), file
        )
    typer.echo(f"{out}: {count} records (记录 {count} 条)")


def _bodies(services: "Services", name: ListName, where: Any) -> Any:
    from app.accounts.access.principal import SYSTEM
    from app.database import Database
    from app.engagements.contracts.queries import ContractFilters
    from app.exchange.out.lists import contract_bodies, organisation_bodies, record_bodies
    from app.libraries.lists import LISTINGS, read_filters
    from app.libraries.record.enums import RecordKind
    from app.libraries.search.synonyms import SynonymFile

    database = services[Database]
    parameters: dict[str, list[str]] = {}
    for text in where:
        key, _, value = text.partition("=")
        parameters.setdefault(key, []).append(value)
    if name is ListName.CONTRACTS:
        _refuse(parameters)
        return contract_bodies(database, ContractFilters(), principal=SYSTEM)
    if name is ListName.ORGANISATIONS:
        _refuse(parameters)
        return organisation_bodies(database, principal=SYSTEM)
    kind = RecordKind.of(name.value.removesuffix("s"))
    filters = read_filters(LISTINGS[kind].filters, parameters)
    synonyms = services[SynonymFile].current()
    return record_bodies(database, kind, filters, principal=SYSTEM, synonyms=synonyms)


def _refuse(parameters: dict[str, list[str]]) -> None:
    if parameters:
        raise typer.BadParameter("this list takes no filter here; use the API (此列表的筛选请用接口)")
