"""The connection to Milvus, made at first use."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from app.errors import Unavailable
from app.settings.index_address import MilvusAddress

if TYPE_CHECKING:
    from pymilvus import MilvusClient

T = TypeVar("T")

TIMEOUT = 20.0
"""Seconds for one call. A rebuild makes many calls."""
RETRY_AFTER = 5
"""Seconds after which a client may ask again."""

log = structlog.get_logger(__name__)


class Engine:
    """One database of a Milvus server, or the file of Milvus Lite. Thread-safe."""

    def __init__(self, address: MilvusAddress, token: str | None) -> None:
        self._address = address
        self._token = token
        self._opening = Lock()
        self._client: MilvusClient | None = None

    @property
    def is_file(self) -> bool:
        """Whether this is Milvus Lite, which scans instead of building graphs."""
        return self._address.is_file

    def call(self, ask: "Callable[[MilvusClient], T]") -> T:
        """The answer of Milvus.

        Raises:
            Unavailable: it gave none. A lost connection is made again by the next call.
        """
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            return ask(self._connected())
        except (MilvusException, RpcError, OSError) as error:
            # Neither message nor address: either may hold what is secret.
            log.error("milvus_failed", error=type(error).__name__, code=getattr(error, "code", None))
            raise Unavailable(
                "The search engine does not answer; nothing is lost, try again later.",
                "检索引擎暂无响应，数据未丢失，请稍后重试。",
                code="index_unavailable",
                headers={"Retry-After": str(RETRY_AFTER)},
            ) from error

    def close(self) -> None:
        """Close the connection."""
        with self._opening:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> "MilvusClient":
        from pymilvus import MilvusClient

        with self._opening:
            if self._client is None:
                place: dict[str, Any] = {} if self.is_file else {"db_name": self._address.database}
                self._client = MilvusClient(
                    self._address.uri,
                    token=self._token or "",
                    timeout=TIMEOUT,
                    # Otherwise a new connection waits for as long as the one that failed.
                    grpc_options={"grpc.use_local_subchannel_pool": 1},
                    **place,
                )
            return self._client
