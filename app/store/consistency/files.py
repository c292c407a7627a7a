"""Bytes of files: each row that names a file has its bytes, unchanged."""

import hashlib

from app.engagements.files.storage import Store
from app.errors import Unavailable
from app.store.consistency.result import CheckResult, CheckScope
from app.store.named_files import NamedFile, named_files


def file_bytes(scope: CheckScope, result: CheckResult) -> None:
    """Every file of an engagement, contract or certificate can be read, and has the size and SHA-256 of its row."""
    if scope.files is None:
        return
    for file in named_files(scope.session):
        result.examined += 1
        wrong = _fault(scope.files, file)
        if wrong is not None:
            zh, en = wrong
            result.add(file.key, f"{file.name}：{zh}", f"{file.name}: {en}")


def _fault(files: Store, file: NamedFile) -> tuple[str, str] | None:
    digest, found = hashlib.sha256(), 0
    try:
        for piece in files.read(file.key):
            digest.update(piece)
            found += len(piece)
    except Unavailable:
        return "文件内容丢失", "its bytes are missing"
    if found != file.size:
        return f"应为 {file.size} 字节，实为 {found} 字节", f"has {found} bytes instead of {file.size}"
    if digest.hexdigest() != file.sha256:
        return "内容与登记的 SHA-256 不符", "its bytes are not those of its SHA-256"
    return None
