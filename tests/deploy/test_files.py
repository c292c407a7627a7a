"""The files of `deploy/` name settings, commands, addresses and metrics that exist."""

import fnmatch
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer.main
import yaml
from prometheus_client import generate_latest
from starlette.routing import Match

from app.cli import cli
from app.main import assemble
from app.observability import Metrics
from app.settings import Settings
from tests.support.paths import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
OLDEST_KUBERNETES = "1.30"

# Of other programs: PostgreSQL's image, and what Compose reads from `.env`.
_OTHERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "SANKU_DOMAIN"}
_METRIC = re.compile(r"\b(sanku_[a-z_]+)")


def _compose() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return compose


def _documents() -> list[dict[str, Any]]:
    return [one for path in KUBERNETES for one in yaml.safe_load_all(path.read_text("utf-8"))]


def _containers() -> Iterator[dict[str, Any]]:
    for document in _documents():
        template = document.get("spec", {}).get("template")
        if template is not None:
            yield from template["spec"]["containers"]


def test_every_setting_in_them_is_a_setting() -> None:
    known = {f"SANKU_{name.upper()}" for name in Settings.model_fields} | _OTHERS
    named = {name for service in _compose()["services"].values() for name in service.get("environment", {})}
    named |= {name for one in _documents() if one["kind"] == "ConfigMap" for name in one["data"]}
    named |= {
        name
        for path in KUBERNETES
        for name in re.findall(r"SANKU_[A-Z0-9_]*[A-Z0-9]", path.read_text("utf-8"))
    }
    assert named - known == set()


def test_every_command_and_address_in_them_exists() -> None:
    commands = set(typer.main.get_command(cli).commands)  # type: ignore[attr-defined]
    called = [service["command"][0] for service in _compose()["services"].values() if "command" in service]
    called += [container["args"][0] for container in _containers()]
    assert set(called) <= commands
    probed = {
        container[probe]["httpGet"]["path"]
        for container in _containers()
        for probe in ("startupProbe", "readinessProbe", "livenessProbe")
        if probe in container
    }
    assert probed == {"/readyz", "/healthz"}
    routes = assemble().routes
    for path in probed:
        asked = {"type": "http", "method": "GET", "path": path, "headers": []}
        assert any(route.matches(asked)[0] is Match.FULL for route in routes), path


def test_nothing_runs_as_root_or_writes_outside_its_volumes() -> None:
    for name, service in _compose()["services"].items():
        if service.get("image") == "sanku":
            assert service["read_only"] and service["cap_drop"] == ["ALL"], name
    for container in _containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.name)
def test_kubernetes_takes_every_manifest(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text("utf-8")):
        kubernetes_validate.validate(document, OLDEST_KUBERNETES, strict=True)


def test_prometheus_shows_the_token_that_the_service_asks_for() -> None:
    jobs = yaml.safe_load((DEPLOY / "prometheus" / "scrape.yaml").read_text("utf-8"))["scrape_configs"]
    assert all("credentials_file" in job["authorization"] for job in jobs)
    assert "SANKU_METRICS_TOKEN" in _compose()["services"]["api"]["environment"]
    kept = jobs[1]["relabel_configs"][0]["regex"]
    apps = {one["metadata"]["name"] for one in _documents() if one["kind"] == "Deployment"}
    assert {name for name in apps if re.fullmatch(kept, name)} == {"sanku-api", "sanku-embed"}


def _metrics() -> set[str]:
    registry = Metrics().registry
    plain = set(re.findall(r"^# TYPE (\S+) ", generate_latest(registry).decode(), re.MULTILINE))
    return plain | {f"{name}{suffix}" for name in plain for suffix in ("_bucket", "_count", "_sum", "_total")}


def test_alerts_and_panels_ask_for_metrics_that_exist() -> None:
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text("utf-8"))
    dashboard = json.loads((DEPLOY / "grafana" / "sanku.json").read_text("utf-8"))
    asked = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    named = {name for expression in asked for name in _METRIC.findall(expression)}
    assert named and named <= _metrics()
    listed = _METRIC.findall((REPOSITORY / "docs" / "how-to" / "monitor.md").read_text("utf-8"))
    assert set(listed) <= _metrics()


def test_the_image_is_built_from_what_reaches_its_build() -> None:
    """A line of `.dockerignore` that is forgotten breaks the build."""
    ignored = (REPOSITORY / ".dockerignore").read_text("utf-8").splitlines()
    admitted = [line[1:] for line in ignored if line.startswith("!")]
    copied = re.findall(r"^COPY (?!--from)(.*?)$", _joined_lines(REPOSITORY / "Dockerfile"), re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    missing = [
        source for source in sources
        if not any(fnmatch.fnmatch(source, one) or source.startswith(f"{one}/") for one in admitted)
    ]  # fmt: skip
    assert sources and missing == []
    assert all((REPOSITORY / source).exists() for source in sources)


def _joined_lines(path: Path) -> str:
    return path.read_text("utf-8").replace("\\\n", " ")
