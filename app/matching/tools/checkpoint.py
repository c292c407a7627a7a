"""The checkpoint file of a long command, so that an interrupted run continues where it stopped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID


@dataclass(slots=True)
class Checkpoint:
    """Finished records, one line each, written after their transaction; lost lines are repeated without effect.

    A file of another `version` (ranker, model) is ignored.
    """

    path: Path
    version: str
    done: set[str] = field(default_factory=set)

    def read(self) -> bool:
        """Read the file, or start a new one for this version. True if an earlier run was interrupted."""
        found = self.path.exists()
        lines = self.path.read_text(encoding="utf-8").splitlines() if found else []
        if lines and json.loads(lines[0]) == {"version": self.version}:
            # A process that was killed while writing leaves an incomplete line.
            self.done = {line for line in lines[1:] if len(line) == 32}
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({"version": self.version}) + "\n", encoding="utf-8")
        return found

    def add(self, ids: Sequence[UUID]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{id_.hex}\n" for id_ in ids)

    def forget(self) -> None:
        """Start again. The interruption stays recorded, because its follow-up work is still outstanding."""
        if self.path.exists():
            self.path.write_text(json.dumps({"version": self.version}) + "\n", encoding="utf-8")

    def end(self) -> None:
        self.path.unlink(missing_ok=True)
