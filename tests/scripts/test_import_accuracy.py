"""Imitations of real files are read well enough: 95% of the fields, and no wrong value without a mark."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import SHARED_DATA

FILES = SHARED_DATA / "realfiles"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "import_accuracy.py"


@pytest.mark.slow
@pytest.mark.skipif(not FILES.exists(), reason="imitations of real files are not beside this checkout")
def test_nearly_all_fields_of_real_files_are_right_and_none_is_false() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(FILES)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    total = re.search(r"^total\s+(\d+)/(\d+)\s+(\d+)\s+(\d+)/(\d+)\s+(\d+)/(\d+)", done.stdout, re.MULTILINE)
    assert total is not None, done.stdout
    found, records, extra, right, fields, refused, refusals = map(int, total.groups())
    assert (found, extra, refused) == (records, 0, refusals), done.stdout
    assert records > 50
    assert right >= 0.95 * fields, done.stdout
