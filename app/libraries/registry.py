"""The registry of the three libraries, by kind of record."""

from collections.abc import Mapping

from app.libraries.achievements.service import LIBRARY as ACHIEVEMENTS
from app.libraries.demands.service import LIBRARY as DEMANDS
from app.libraries.library import Library
from app.libraries.managers.service import LIBRARY as MANAGERS
from app.libraries.record.enums import RecordKind

LIBRARIES: Mapping[RecordKind, Library] = {
    library.kind: library for library in (ACHIEVEMENTS, DEMANDS, MANAGERS)
}
