"""The register of keys that a database was encrypted with: a key that is missing or damaged is noticed at the start."""

from datetime import datetime

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, Database, insert_into, now
from app.encryption.keys import use_keys
from app.encryption.ring import DecryptionError, KeyRing, KeysUnusableError, taken_apart
from app.settings import Settings

_KNOWN = b"sanku"


class RegisteredKey(Base):
    """A key of the ring by which values of this database are encrypted. `proof` is a known text, encrypted with it."""

    __tablename__ = "encryption_keys"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    proof: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)


def open_keys(settings: Settings, database: Database) -> KeyRing:
    """Let this process use the keys of the settings with this database, whose register gets the newest one.

    Raises:
        KeysUnusableError: the ring lacks a key of the register, or has another one under its id.
    """
    ring = use_keys(settings)
    confirm(database, ring)
    return ring


def confirm(database: Database, ring: KeyRing) -> None:
    """Compare the ring with the register, and enter its newest key.

    Raises:
        KeysUnusableError: as for `open_keys`.
    """
    with database.reading() as session:
        query = select(RegisteredKey.id, RegisteredKey.proof).order_by(RegisteredKey.id)
        proofs = dict(session.execute(query).all())
    missing = [id_ for id_ in proofs if id_ not in ring.keys]
    if missing:
        names = ", ".join(missing)
        raise KeysUnusableError(
            f"the encryption key {names} is missing: the database has values that only it decrypts; put it back "
            f"into the ring, from your copy (缺少加密密钥 {names}：数据库中有内容须用它解密，请从密钥备份恢复)"
        )
    for id_, proof in proofs.items():
        if not _proves(ring, id_, proof):
            raise KeysUnusableError(
                f"the encryption key {id_} is not the one that the database was encrypted with; put back the right "
                f"one, from your copy of the keys (加密密钥 {id_} 与数据库不符，可能已损坏，请从密钥备份中恢复)"
            )
    if ring.newest.id not in proofs:
        with database.unit_of_work() as session:
            enter(session, ring)


def enter(session: Session, ring: KeyRing) -> None:
    """Enter the ring's newest key, unless it is there: several processes may start at once."""
    proof = ring.newest.encrypt(_KNOWN, _place(ring.newest.id))
    row = insert_into(session, RegisteredKey).values(id=ring.newest.id, proof=proof)
    session.execute(row.on_conflict_do_nothing())


def _proves(ring: KeyRing, key_id: str, proof: str) -> bool:
    try:
        parts = taken_apart(proof)
        return parts is not None and ring.keys[key_id].decrypt(parts.sealed, _place(key_id)) == _KNOWN
    except DecryptionError:
        return False


def _place(key_id: str) -> str:
    return f"encryption_keys.proof|{key_id}"
