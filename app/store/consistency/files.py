"""Bytes of files: each row that names a file has its bytes, unchanged."""

import hashlib

from app.engagements.files.encrypted_storage import EncryptedStore, FileDamaged
from app.errors import Unavailable
from app.store.consistency.result import CheckResult, CheckScope
from app.store.named_files import NamedFile, named_files


def file_bytes(scope: CheckScope, result: CheckResult) -> None:
    """Every file of an engagement, contract or certificate can be read, has the size and SHA-256 of its row, and is
    encrypted."""
    if scope.files is None:
        return
    for file in named_files(scope.session):
        result.examined += 1
        wrong = _fault(scope.files, file)
        if wrong is not None:
            zh, en = wrong
            result.add(file.key, f"{file.name}：{zh}", f"{file.name}: {en}")


def _fault(files: EncryptedStore, file: NamedFile) -> tuple[str, str] | None:
    digest, found = hashlib.sha256(), 0
    try:
        stored = files.opened(file.key)
        for piece in stored.pieces:
            digest.update(piece)
            found += len(piece)
    except FileDamaged:
        return (
            "无法解密：内容已损坏或缺少密钥",
            "cannot be decrypted: altered, cut off, or its key is missing",
        )
    except Unavailable:
        return "文件内容丢失", "its bytes are missing"
    if found != file.size:
        return f"应为 {file.size} 字节，实为 {found} 字节", f"has {found} bytes instead of {file.size}"
    if digest.hexdigest() != file.sha256:
        return "内容与登记的 SHA-256 不符", "its bytes are not those of its SHA-256"
    if stored.key_id is None:
        return "尚未加密，请运行 sanku keys reencrypt", "is not encrypted; run `sanku keys reencrypt`"
    return None
