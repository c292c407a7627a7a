"""Under whose key a tool acts: that of the process, or that which came with the request."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mcp.server.mcpserver.exceptions import ToolError

from sanku.client import AsyncClient, ClientError

VARIABLE = "SANKU_API_KEY"
NO_KEY = (
    "send your own API key of the service: Authorization: Bearer sk_… 请在请求头中提供您本人的 API 密钥。"
)


def key_of_process(file: Path | None) -> str:
    """The key in a file, or else in the environment; never an argument, which every user of a machine can read.

    Raises:
        RuntimeError: there is none.
    """
    key = file.read_text(encoding="utf-8") if file else os.environ.get(VARIABLE, "")
    if not key.strip():
        raise RuntimeError(
            f"give an API key in the variable {VARIABLE} or with --key-file (请用环境变量或 --key-file 提供 API 密钥)"
        )
    return key.strip()


@dataclass(frozen=True)
class Callers:
    """Clients of one service. Without a `key` each request must bring its own."""

    url: str
    key: str | None = field(repr=False, default=None)

    @asynccontextmanager
    async def client(self, headers: Mapping[str, str] | None) -> AsyncIterator[AsyncClient]:
        """A client under the caller's key. What the service refuses becomes a text that the assistant reads.

        Raises:
            ToolError: there is no key, or the service refused or did not answer.
        """
        try:
            async with AsyncClient(self.url, api_key=self.key or _key_in(headers or {})) as client:
                yield client
        except (ClientError, ValueError) as error:
            raise ToolError(str(error)) from error


def _key_in(headers: Mapping[str, str]) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise ToolError(NO_KEY)
    return key.strip()
