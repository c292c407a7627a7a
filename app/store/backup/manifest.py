"""The manifest of a backup: what the archive holds, and the hash of each part."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

MANIFEST = "manifest.json"
DATABASE = "sanku.db"
FILES = "files/"
KEYS = "keys/"


class Member(BaseModel):
    """One part of the archive: size in bytes and SHA-256 in hex."""

    model_config = ConfigDict(extra="forbid")

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds.

    Attributes:
        revision: of the database's schema.
        source: the kind of database that was backed up.
        rows: by table, as they were copied.
        missing: keys of files that rows name and whose bytes could not be read.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    created_at: datetime
    service_version: str
    revision: str
    source: Literal["sqlite", "postgresql"]
    rows: dict[str, int]
    members: dict[str, Member]
    missing: list[str]
