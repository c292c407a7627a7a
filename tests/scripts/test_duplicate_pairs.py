"""The script that judges labelled pairs of records."""

import json
from pathlib import Path

import pytest

from scripts.duplicate_pairs import main


def test_pairs_of_people_and_of_things_are_judged_without_an_installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = {"name": "渡 秋", "org": "渡泉技术转移", "phone": "138 0000 0202"}
    thing = {"title": "铁基涂层", "owner": "泺川大学"}
    pairs = [
        {"id": "1", "kind": "manager", "label": "same", "a": person, "b": person | {"name": "渡秋"}},
        {
            "id": "2",
            "kind": "achievement",
            "label": "different",
            "a": thing,
            "b": thing | {"title": "镍基涂层"},
        },
    ]
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in pairs), encoding="utf-8")
    assert main(str(path), "--words") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "same found: 1/1; joined and wrong: 0; different ones asked about: 0"


@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_words_and_keys_join_no_pair_wrongly(half: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(__file__).parents[1] / "exchange" / "pairs" / f"{half}.jsonl"
    assert main(str(path), "--words") == 0
    lines = capsys.readouterr().out.splitlines()
    kept = [line.split()[2] for line in lines if line[:2] in ("TK", "HK") and line.split()[1] == "different"]
    assert len(kept) >= 7
    assert "same" not in kept
    assert kept.count("different") >= len(kept) - 1
    joined = [line.split()[1:3] for line in lines if line.split()[2] == "same"]
    assert len(joined) >= 4
    assert all(label == "same" for label, _ in joined)
