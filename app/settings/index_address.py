"""Where the indexes of vectors and words are: in memory, in the database, or in Milvus."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import unquote, urlsplit


class IndexKind(StrEnum):
    """Places that need no address."""

    MEMORY = "memory"
    DATABASE = "database"


_SCHEMES = {"milvus": "http", "milvus+tls": "https"}
_PORT = 19530


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """A Milvus server and a database in it, or the file of Milvus Lite, which runs inside one process."""

    uri: str
    database: str
    is_file: bool

    @classmethod
    def of(cls, address: str) -> Self:
        """From ``milvus://host:port/database``, ``milvus+tls://…`` or ``milvus:///path/file.db``.

        Raises:
            ValueError: it is none of them, or has a user or password, which would end up in logs; never repeats it.
        """
        parts = urlsplit(address)
        if parts.scheme not in _SCHEMES:
            raise ValueError(
                "SANKU_INDEX must be memory, database, milvus://host:port or milvus:///path/file.db "
                "(应为 memory、database、milvus://主机:端口 或 milvus:///路径/文件.db)"
            )
        if parts.username or parts.password or parts.query:
            raise ValueError(
                "SANKU_INDEX must hold no user or password; set SANKU_INDEX_TOKEN (地址中不得含账号密码，请设置 "
                "SANKU_INDEX_TOKEN)"
            )
        path = unquote(parts.path)
        if not parts.hostname:
            if not path.endswith(".db"):
                raise ValueError("the file of Milvus Lite must end in .db (Milvus Lite 文件须以 .db 结尾)")
            return cls(path, "", is_file=True)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        uri = f"{_SCHEMES[parts.scheme]}://{host}:{parts.port or _PORT}"
        return cls(uri, path.strip("/") or "default", is_file=False)


def checked_index(value: str) -> str:
    """
    Raises:
        ValueError: the value names no place.
    """
    if value not in tuple(IndexKind):
        MilvusAddress.of(value)
    return value
