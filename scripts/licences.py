"""Licences of what is installed, from its software bill of materials; `make sbom` writes both.

    python scripts/licences.py build/sbom.cdx.json > build/licences.tsv

One line for each component, sorted: name, version, licences. A component that declares none has `unknown`: look it up.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def licences(bill: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name, version and licences of each component of a CycloneDX document."""
    for component in sorted(bill.get("components", ()), key=lambda one: str(one["name"]).lower()):
        found = dict.fromkeys(_declared(component))
        yield component["name"], component.get("version", ""), " / ".join(found) or "unknown"


def _declared(component: Mapping[str, Any]) -> Iterator[str]:
    for entry in component.get("licenses", ()):
        licence = entry.get("license", {})
        text = entry.get("expression") or licence.get("id") or licence.get("name")
        if text:
            yield " ".join(text.split())


def main() -> None:
    """Write the table to the standard output."""
    bill = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.writelines("\t".join(row) + "\n" for row in licences(bill))


if __name__ == "__main__":
    main()
