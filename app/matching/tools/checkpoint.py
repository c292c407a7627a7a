"""Which records a long command has done, in a file, so that a run that was broken off goes on where it stopped."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID


@dataclass(slots=True)
class Checkpoint:
    """A line is written after its transaction: what is lost with a process is done once more, which changes nothing.

    A file of another `version` (ranker, model) counts for nothing.
    """

    path: Path
    version: str
    done: set[str] = field(default_factory=set)

    def read(self) -> bool:
        """Read what is done, and begin the file if there is none of this version; True where a run was broken off."""
        found = self.path.exists()
        lines = self.path.read_text(encoding="utf-8").splitlines() if found else []
        if lines and json.loads(lines[0]) == {"version": self.version}:
            # A process that died while it wrote leaves half a line.
            self.done = {line for line in lines[1:] if len(line) == 32}
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({"version": self.version}) + "\n", encoding="utf-8")
        return found

    def add(self, ids: Sequence[UUID]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(f"{id_.hex}\n" for id_ in ids)

    def forget(self) -> None:
        """Begin again; that a run was broken off is not forgotten, for what it owes is still owed."""
        if self.path.exists():
            self.path.write_text(json.dumps({"version": self.version}) + "\n", encoding="utf-8")

    def end(self) -> None:
        self.path.unlink(missing_ok=True)
