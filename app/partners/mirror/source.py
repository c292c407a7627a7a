"""The feed of another platform over HTTP: pages whose signature was checked."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.partners.feed.api import FeedKey, FeedPage
from app.partners.feed.keys import SIGNATURE_HEADER, is_signed

PAGE = 100
PATIENCE = 30.0
"""Seconds for a page to arrive."""
MOST_BYTES = 64 << 20
"""Of an answer, unpacked; a full page of the longest records has less."""
_ATTEMPTS = 4
_LONGEST_CURSOR = 200
_PASSING = (429, 502, 503, 504)


class FeedUnreadable(Exception):
    """The feed cannot be read; the message says why. What was stored before stays."""


class KeyFile(BaseModel):
    """The file with the API key for a feed and, if it was compared with the origin's bureau, its public key."""

    model_config = ConfigDict(extra="forbid")

    api_key: str = Field(pattern=r"^sk_")
    public_key: dict[str, Any] | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """
        Raises:
            FeedUnreadable: the file is no such JSON object.
        """
        try:
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise FeedUnreadable(
                f'{path}: must be a JSON object {{"api_key": "sk_…", "public_key": {{…}}}} '
                "(应为含 api_key 和 public_key 的 JSON 文件)"
            ) from error


@dataclass(frozen=True, slots=True)
class FeedSource:
    """A platform's feed.

    Attributes:
        url: the address of the platform, without a path.
    """

    url: str
    api_key: str
    client: httpx.Client

    @classmethod
    def open(cls, url: str, api_key: str) -> Self:
        """
        Raises:
            FeedUnreadable: the key would be sent over a connection that others can read.
        """
        address = httpx.URL(url)
        if address.scheme != "https" and address.host not in ("127.0.0.1", "localhost", "::1"):
            raise FeedUnreadable(f"{url}: the address must begin with https:// (地址应以 https:// 开头)")
        # No redirects: the key is for this platform alone.
        return cls(url.rstrip("/"), api_key, httpx.Client(timeout=PATIENCE, follow_redirects=False))

    def public_key(self) -> dict[str, Any]:
        """The platform's own statement of its key.

        Raises:
            FeedUnreadable: the platform does not answer or refuses, or what it says is no key.
        """
        answer = self._get("/v1/feed/key", {})
        try:
            return FeedKey.model_validate_json(answer.content).model_dump()
        except ValidationError as error:
            raise FeedUnreadable(f"{self.url}: no key of a feed (不是变更流的公钥)") from error

    def page(self, cursor: str | None, public_key: dict[str, Any]) -> FeedPage:
        """The page after a cursor.

        Raises:
            FeedUnreadable: the platform does not answer or refuses, the signature is wrong, or it is another page.
        """
        asked = {"limit": str(PAGE)} | ({} if cursor is None else {"cursor": cursor})
        answer = self._get("/v1/feed", asked)
        if not is_signed(answer.content, answer.headers.get(SIGNATURE_HEADER, ""), public_key):
            raise FeedUnreadable(
                f"{self.url}: the signature of a page is wrong; nothing of it was stored (签名不符，未保存本页)"
            )
        try:
            page = FeedPage.model_validate_json(answer.content)
        except ValidationError as error:
            raise FeedUnreadable(f"{self.url}: no page of a feed (不是变更流)") from error
        if (
            len(page.entries) > PAGE
            or len(page.next) > _LONGEST_CURSOR
            or (page.more and page.next == cursor)
        ):
            raise FeedUnreadable(
                f"{self.url}: no page of a feed: longer than was asked for, or it leads nowhere "
                "(不是变更流：超出请求的条数，或游标无效)"
            )
        if page.cursor != cursor:
            raise FeedUnreadable(f"{self.url}: answered another page than was asked for (返回了其他页)")
        return page

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _get(self, path: str, params: dict[str, str]) -> "_Answer":
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._answer(path, params)
            except httpx.HTTPError as error:
                if attempt == _ATTEMPTS:
                    raise FeedUnreadable(f"{self.url}: {type(error).__name__} (无法连接)") from error
                time.sleep(attempt)
                continue
            if answer.status not in _PASSING or attempt == _ATTEMPTS:
                break
            pause = answer.headers.get("Retry-After", "")
            time.sleep(min(int(pause[:9]) if pause.isascii() and pause.isdigit() else attempt, PATIENCE))
        if answer.status != 200:
            said = answer.content[:300].decode("utf-8", "replace")
            raise FeedUnreadable(f"{self.url}: {answer.status} {_on_one_line(said)}")
        return answer

    def _answer(self, path: str, params: dict[str, str]) -> "_Answer":
        """
        Raises:
            httpx.HTTPError: the platform does not answer.
            FeedUnreadable: the answer is too large, or comes too slowly.
        """
        began, content = time.monotonic(), bytearray()
        asking = {"X-API-Key": self.api_key, "Accept-Encoding": "identity"}
        with self.client.stream("GET", self.url + path, params=params, headers=asking) as response:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MOST_BYTES:
                    raise FeedUnreadable(
                        f"{self.url}: the answer is larger than {MOST_BYTES} bytes (应答过大)"
                    )
                if time.monotonic() - began > PATIENCE:
                    raise FeedUnreadable(
                        f"{self.url}: the answer takes longer than {PATIENCE:.0f} s (应答过慢)"
                    )
        return _Answer(response.status_code, response.headers, bytes(content))


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    content: bytes


def _on_one_line(text: str) -> str:
    """What a stranger has written, without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
