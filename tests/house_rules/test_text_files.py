"""No blanket waivers, no postponed work, no place of one machine."""

import re

from tests.house_rules.source import own_texts


def test_every_waiver_names_its_rule() -> None:
    """A blanket waiver hides the next mistake on its line too."""
    blanket = re.compile(r"#\s*(type:\s*ignore(?!\[)|noqa(?!:\s*[A-Z]+\d)|ruff:\s*noqa|mypy:)")
    found = [
        f"{name}:{number}"
        for name, text in own_texts()
        if name.endswith(".py")
        for number, line in enumerate(text.splitlines(), 1)
        if blanket.search(line)
    ]
    assert not found


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")) + r")\b")
    assert not [name for name, text in own_texts() if marks.search(text)]


def test_the_repository_runs_anywhere() -> None:
    """No place of one machine and no package registry: pip's and npm's own settings say where packages are."""
    hosts = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "pytorch" + ".org", "deb." + "debian")
    options = ("index" + "-url", "find" + "-links", "trusted" + "-host")
    places = (r"/wo" + r"rk\b", "/ro" + r"ot\b", "/ho" + r"me/\w")
    marks = re.compile(
        "|".join(
            [re.escape(host) for host in hosts]
            + [f"--(extra-)?{option}" for option in options]
            + [rf"(?<![\w.]){place}" for place in places]
        )
    )
    found = [
        f"{name}: {hit.group()}"
        for name, text in own_texts()
        for hit in marks.finditer(text)
        if name != "LICENSE"
    ]
    assert not found


def test_only_tests_look_for_data_beside_the_checkout() -> None:
    beside = "../sha" + "red"
    found = [name for name, text in own_texts() if beside in text and not name.startswith("tests/")]
    assert not found
