"""File storage: on disk below SANKU_HOME, or in an S3-compatible service, behind one protocol.

A key is written once, completely and durably, before the row that names it is committed, and is only read through
such a row. A failed transaction therefore leaves at most unreachable bytes, which `delete_orphaned_files` removes.
"""

import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import structlog
from pydantic import SecretStr

from app.errors import SankuError, Unavailable
from app.settings import Settings

if TYPE_CHECKING:
    from minio import Minio

log = structlog.get_logger(__name__)

CHUNK = 64 * 1024
_CONNECT_WITHIN = 5.0
_ANSWER_WITHIN = 30.0
"""Seconds for the next bytes of an answer of S3."""


class Store(Protocol):
    def put(self, key: str, file: BinaryIO, size: int) -> None:
        """Store durably. `file` is read from its current position; `size` is the number of remaining bytes."""
        ...

    def read(self, key: str) -> Iterator[bytes]:
        """The bytes in chunks; raises Unavailable at once when the key does not exist."""
        ...

    def delete(self, key: str) -> None:
        """Delete the key if it exists."""
        ...

    def listing(self) -> Iterator[tuple[str, datetime]]:
        """Every key with its time of writing (UTC), including unfinished uploads."""
        ...


def open_raw_store(settings: Settings) -> Store:
    """The store of the bytes as they are; what is stored is encrypted before (`encrypted_storage`).

    Raises:
        RuntimeError: the S3 settings are incomplete, or the S3 client is not installed.
    """
    if settings.files_s3_bucket is None:
        return DiskStore(settings.files_path)
    endpoint = settings.files_s3_endpoint
    access, secret = settings.files_s3_access_key, settings.files_s3_secret_key
    if endpoint is None or access is None or secret is None:
        raise RuntimeError(
            "S3 needs SANKU_FILES_S3_ENDPOINT, …_ACCESS_KEY and …_SECRET_KEY (S3 存储的设置不完整)"
        )
    return S3Store(_s3_client(endpoint, access, secret, settings.files_s3_region), settings.files_s3_bucket)


class DiskStore:
    """Storage in a directory. A rename publishes a file under its key once its bytes are on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, file: BinaryIO, size: int) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
        try:
            with os.fdopen(descriptor, "wb") as target:
                shutil.copyfileobj(file, target, CHUNK)
                if target.tell() != size:
                    raise OSError(f"received {target.tell()} bytes instead of {size}")
                target.flush()
                os.fsync(target.fileno())
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        for directory in (path.parent, self._root):
            _sync(directory)

    def read(self, key: str) -> Iterator[bytes]:
        try:
            file = (self._root / key).open("rb")
        except FileNotFoundError as error:
            raise _unreadable(key) from error
        return _pieces(file)

    def delete(self, key: str) -> None:
        (self._root / key).unlink(missing_ok=True)

    def listing(self) -> Iterator[tuple[str, datetime]]:
        for path in self._root.rglob("*") if self._root.is_dir() else ():
            if path.is_file():
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(self._root).as_posix(), written


class StoreAway(SankuError):
    """The store of files does not answer, or refuses; try again later. Nothing is known of the file."""

    status = 503
    code = "store_away"
    zh = "文件存储服务暂不可用，请稍后重试。"


class S3Store:
    """Storage in the objects of a bucket below `PREFIX`. An object appears once it is complete.

    Each method raises StoreAway where the service does not answer, or refuses.
    """

    PREFIX = "engagements/"

    def __init__(self, client: "Minio", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, file: BinaryIO, size: int) -> None:
        with _away():
            self._client.put_object(self._bucket, self.PREFIX + key, file, size)

    def read(self, key: str) -> Iterator[bytes]:
        from minio.error import S3Error

        with _away():
            try:
                response = self._client.get_object(self._bucket, self.PREFIX + key)
            except S3Error as error:
                if error.code != "NoSuchKey":
                    raise
                raise _unreadable(key) from error
        return _stream(response)

    def delete(self, key: str) -> None:
        with _away():
            self._client.remove_object(self._bucket, self.PREFIX + key)

    def listing(self) -> Iterator[tuple[str, datetime]]:
        with _away():
            for entry in self._client.list_objects(self._bucket, prefix=self.PREFIX, recursive=True):
                if entry.object_name and entry.last_modified:
                    yield entry.object_name.removeprefix(self.PREFIX), entry.last_modified


@contextmanager
def _away() -> Iterator[None]:
    from minio.error import MinioException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (MinioException, HTTPError) as error:
        log.error("file_store_away", error=f"{type(error).__name__}: {error}"[:300])
        raise StoreAway(headers={"Retry-After": "60"}) from error


def _s3_client(endpoint: str, access: SecretStr, secret: SecretStr, region: str) -> "Minio":
    try:
        import certifi
        import urllib3
        from minio import Minio
    except ImportError as error:
        raise RuntimeError(
            "S3 needs the extra `s3`: pip install 'sanku[s3]' (S3 存储需要安装附加组件 s3)"
        ) from error
    trusted = ssl.create_default_context()  # of the system, or of SSL_CERT_FILE
    trusted.load_verify_locations(certifi.where())
    scheme, _, host = endpoint.rpartition("://")
    return Minio(
        host,
        access_key=access.get_secret_value(),
        secret_key=secret.get_secret_value(),
        secure=scheme != "http",
        region=region,
        http_client=urllib3.PoolManager(
            # Its own are five minutes, five times: each request that waits so long holds a thread.
            timeout=urllib3.Timeout(connect=_CONNECT_WITHIN, read=_ANSWER_WITHIN),
            retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
            ssl_context=trusted,
        ),
    )


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _stream(response: Any) -> Iterator[bytes]:
    with closing(response), _away():
        yield from response.stream(CHUNK)
        response.release_conn()


def _sync(directory: Path) -> None:
    """Sync a directory, which makes a new name in it durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unreadable(key: str) -> Unavailable:
    return Unavailable(
        "The file's content is currently unavailable. Please contact the bureau.",
        "文件内容暂时无法读取，请联系管理部门。",
        key=key,
    )
