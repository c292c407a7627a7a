"""The command `sanku mirror URL`: follow another platform's feed into this one."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import load_settings, print_error, write_json

if TYPE_CHECKING:
    from app.partners.mirror.source import FeedSource, KeyFile
    from app.services import Services


def mirror(
    url: Annotated[str, typer.Argument(help="The platform's address, https://….")],
    key_file: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            exists=True,
            help='JSON: {"api_key": "sk_…", "public_key": {…}}; public_key is optional.',
        ),
    ],
    every: Annotated[
        int | None,
        typer.Option(min=1, metavar="SECONDS", help="Follow on, with a pause; otherwise stop at the end."),
    ] = None,
) -> None:
    """Store what another platform shares, from where the last run ended, and print a report as JSON."""
    from app.bootstrap.services import build_services, close
    from app.partners.mirror.source import FeedSource, FeedUnreadable, KeyFile

    if key_file.stat().st_mode & 0o077:
        print_error(
            f"{key_file} holds an API key and can be read by other users of this machine; run chmod 600 "
            "(含接口密钥的文件可被本机其他用户读取，请改为 600)"
        )
    try:
        keys = KeyFile.read(key_file)
        source = FeedSource.open(url, keys.api_key)
    except FeedUnreadable as error:
        raise RuntimeError(str(error)) from error
    services = build_services(load_settings())
    try:
        _follow(services, source, keys)
        while every is not None:
            time.sleep(every)
            try:
                _follow(services, source, keys)
            except FeedUnreadable as error:
                print_error(str(error))  # the next round may find it back
    except FeedUnreadable as error:
        raise RuntimeError(str(error)) from error
    finally:
        source.close()
        close(services)


def _follow(services: "Services", source: "FeedSource", keys: "KeyFile") -> None:
    from dataclasses import asdict

    from app.database import Database
    from app.libraries.record.indexing import Indexer
    from app.partners.mirror.follower import follow
    from app.settings import Settings

    # `Indexer` is a protocol: services are found by it, as everywhere.
    report = follow(services[Database], services[Indexer], services[Settings], source, keys)
    write_json(asdict(report))
