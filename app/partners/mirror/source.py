"""The feed of another platform over HTTP: pages whose signature was checked."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.partners.feed.api import FeedPage
from app.partners.feed.keys import SIGNATURE_HEADER, is_signed

PAGE = 100
PATIENCE = 30.0
"""Seconds for a page to arrive."""
_ATTEMPTS = 4
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
        """The platform's own statement of its key."""
        key: dict[str, Any] = json.loads(self._get("/v1/feed/key", {}).content)
        return key

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
            raise FeedUnreadable(f"{self.url}: not a page of a feed (不是变更流)") from error
        if page.cursor != cursor:
            raise FeedUnreadable(f"{self.url}: answered another page than was asked for (返回了其他页)")
        return page

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def _get(self, path: str, params: dict[str, str]) -> httpx.Response:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self.client.get(self.url + path, params=params, headers={"X-API-Key": self.api_key})
            except httpx.HTTPError as error:
                if attempt == _ATTEMPTS:
                    raise FeedUnreadable(f"{self.url}: {type(error).__name__} (无法连接)") from error
                time.sleep(attempt)
                continue
            if answer.status_code not in _PASSING or attempt == _ATTEMPTS:
                break
            time.sleep(min(float(answer.headers.get("Retry-After") or attempt), PATIENCE))
        if answer.status_code != 200:
            raise FeedUnreadable(f"{self.url}: {answer.status_code} {answer.text[:300]}")
        return answer
