"""The command `sanku mcp`: the libraries for assistants that speak the Model Context Protocol."""

from pathlib import Path
from typing import Annotated

import typer


def mcp(
    url: Annotated[str, typer.Argument(help="The running service, https://….")],
    key_file: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, exists=True, help="A file with the caller's API key; else SANKU_API_KEY."
        ),
    ] = None,
    http: Annotated[
        bool,
        typer.Option(help="Serve by HTTP at /mcp, where each request brings its own key, instead of stdio."),
    ] = False,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1 to listen on, with --http.")] = 8765,
) -> None:
    """Serve search, matching, records and the inbox to an assistant, with the rights of the caller's own API key."""
    try:
        from sanku.mcp.callers import Callers, key_of_process
        from sanku.mcp.server import MOST_BODY, build
    except ImportError as error:
        raise RuntimeError(
            "install the extra `mcp`: pip install 'sanku[mcp]' (请安装附加组件 mcp)"
        ) from error

    if http:
        build(Callers(url)).run(
            "streamable-http",
            host="127.0.0.1",
            port=port,
            stateless_http=True,
            json_response=True,
            max_request_body_size=MOST_BODY,
        )
    else:
        build(Callers(url, key_of_process(key_file))).run("stdio")
