"""Whether generators understand the OpenAPI description whole: `make api-generators`.

The description is validated, and a client is written with openapi-python-client; where that warns of anything that it
leaves out, the status is 1. Both have an environment of their own: the generator asks for older packages.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("openapi-python-client==0.29.1", "openapi-spec-validator==0.9.0")
ENVIRONMENT = ROOT / "build" / "openapi-generators"
CONFIG = Path(__file__).with_name("generator.yml")


def program(name: str) -> str:
    """The program, which is installed with the first call."""
    installed = ENVIRONMENT / "bin" / name
    if not installed.exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        install = [str(ENVIRONMENT / "bin" / "pip"), "install", "-q", *PACKAGES]
        subprocess.run(install, check=True)  # noqa: S603 — a fixed command
    return str(installed)


def faults_of(description: dict[str, object]) -> str:
    """What the validator and the generator say against the description; empty if they take all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "openapi.json").write_text(json.dumps(description), encoding="utf-8")
        commands = (
            [program("openapi-spec-validator"), "openapi.json"],
            [
                *(program("openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning"),
                *("--path", "openapi.json", "--config", str(CONFIG), "--output-path", "client"),
            ],
        )
        return "".join(_said(command, folder) for command in commands)


def _said(command: list[str], folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 — a fixed command
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return said or "failed" if done.returncode or "WARNING" in said else ""


def main() -> int:
    """Print the warnings; returns the exit status."""
    from app.main import assemble

    said = faults_of(assemble().openapi())
    print(said or f"{' and '.join(PACKAGES)} take the whole description")  # noqa: T201
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
