"""Breaking changes of the API since the description that was kept at the last release: `make api-changes`.

What a program sends must still be taken: no operation, parameter or field is gone, nothing more is asked for, no list
of values, type or limit is narrower. What it reads must still be there: no answer or field is gone or became optional,
no field has a type that it did not have. Added operations, optional inputs and fields of answers break nothing.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.openapi.schema_changes import READ, SENT, Comparison, Schema

FOLDER = Path(__file__).resolve().parent
RELEASED = FOLDER / "released.json"
ACCEPTED = FOLDER / "accepted_breaks.txt"
_NOISE = {
    "title",
    "description",
    "summary",
    "example",
    "examples",
    "tags",
    "security",
    "default",
    "writeOnly",
}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Every breaking change from one description to the next, one line each, sorted."""
    comparison = Comparison(old, new)
    found = set(_operations(comparison, old["paths"], new["paths"]))
    return sorted(found | comparison.found)


def unaccepted(described: Schema) -> list[str]:
    """Breaking changes since the last release that nobody has written into the list of accepted ones."""
    accepted = set(ACCEPTED.read_text(encoding="utf-8").splitlines())
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    return [line for line in breaks(released, described) if line not in accepted]


def kept(described: Schema) -> str:
    """What a later description is compared with: without texts, one operation or schema a line."""
    paths = [
        f"{json.dumps(path)}: {{{', '.join(_line(method, _compared(one)) for method, one in sorted(methods.items()))}}}"
        for path, methods in sorted(described["paths"].items())
    ]
    schemas = [_line(name, one) for name, one in sorted(described["components"]["schemas"].items())]
    return (
        '{"paths": {\n'
        + ",\n".join(paths)
        + '\n},\n"components": {"schemas": {\n'
        + ",\n".join(schemas)
        + "\n}}}\n"
    )


def _compared(operation: Schema) -> Schema:
    answers = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    return {**operation, "responses": answers}


def _line(name: str, node: object) -> str:
    return f"{json.dumps(name)}: {json.dumps(_bare(node), ensure_ascii=False, sort_keys=True)}"


def _bare(node: object, *, names: bool = False) -> object:
    """Without what changes nothing for programs. `names`: the keys are names of fields, which may be called so."""
    if isinstance(node, Mapping):
        return {
            key: _bare(value, names=key in ("properties", "responses"))
            for key, value in node.items()
            if names or key not in _NOISE
        }
    return [_bare(one) for one in node] if isinstance(node, list) else node


def _operations(comparison: Comparison, old: Schema, new: Schema) -> Iterator[str]:
    for path, methods in old.items():
        for method, before in methods.items():
            name = f"{method.upper()} {path}"
            after = new.get(path, {}).get(method)
            if after is None:
                yield f"{name}: the operation is gone"
                continue
            if before.get("operationId") != after.get("operationId"):
                yield f"{name}: its operationId {before.get('operationId')} is gone"
            yield from _parameters(comparison, name, before, after)
            yield from _body(comparison, name, before.get("requestBody"), after.get("requestBody"))
            yield from _answers(comparison, name, before["responses"], after["responses"])


def _parameters(comparison: Comparison, name: str, before: Schema, after: Schema) -> Iterator[str]:
    known = {(one["in"], one["name"]): one for one in before.get("parameters", ())}
    present = {(one["in"], one["name"]): one for one in after.get("parameters", ())}
    for key, one in known.items():
        if key not in present:
            yield f"{name}: the {key[0]} parameter {key[1]} is gone"
        else:
            comparison.compare(one["schema"], present[key]["schema"], f"{name} {key[1]}", SENT)
    for key, one in present.items():
        if one.get("required") and not known.get(key, {}).get("required"):
            yield f"{name}: the {key[0]} parameter {key[1]} is required"


def _body(comparison: Comparison, name: str, before: Any, after: Any) -> Iterator[str]:
    if before is None or after is None:
        if after is not None and after.get("required"):
            yield f"{name}: a body is required"
        if before is not None:
            yield f"{name}: it takes no body"
        return
    if after.get("required") and not before.get("required"):
        yield f"{name}: a body is required"
    for media, body in before["content"].items():
        if media not in after["content"]:
            yield f"{name}: a body of {media} is not taken"
        else:
            comparison.compare(body["schema"], after["content"][media]["schema"], f"{name} body", SENT)


def _answers(comparison: Comparison, name: str, before: Schema, after: Schema) -> Iterator[str]:
    for status, answer in before.items():
        if not status.startswith("2"):
            continue
        if status not in after:
            yield f"{name}: the answer {status} is gone"
            continue
        content = after[status].get("content", {})
        for media, body in answer.get("content", {}).items():
            if media not in content:
                yield f"{name}: the answer {status} as {media} is gone"
            else:
                comparison.compare(body["schema"], content[media]["schema"], f"{name} answer", READ)


def main() -> None:
    """Print the changes and exit with 1 if there are any; or keep the present description."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--keep", action="store_true", help="at a release: compare with this description from now on"
    )
    options = parser.parse_args()
    from app.main import assemble

    described = assemble().openapi()
    if options.keep:
        RELEASED.write_text(kept(described), encoding="utf-8")
        ACCEPTED.write_text("", encoding="utf-8")
        return
    found = unaccepted(described)
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
