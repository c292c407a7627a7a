"""`sanku.client` needs nothing but httpx: not the service, and none of the optional packages."""

import subprocess
import sys

_ALONE = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ImportError(f"{name} is not installed")

httpx = {"httpx", "httpcore", "h11", "anyio", "sniffio", "idna", "certifi"}
allowed = {*sys.stdlib_module_names, *sys.modules, *httpx, "sanku"}
sys.meta_path.insert(0, Refused())
from sanku.client import Client, Retries, Unreachable

try:
    Client("http://127.0.0.1:9", api_key="sk-none", retries=Retries(attempts=1)).demands.list()
except Unreachable:
    print("unreachable")
"""


def test_the_client_is_imported_and_called_without_anything_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ALONE], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "unreachable", done.stdout
