"""The font of PDF files: a Chinese font of the system, or the file that the settings name."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from app.errors import Unavailable

# Name of the file → the face with the forms of the mainland in a file of several; best first.
_KNOWN: Mapping[str, int] = MappingProxyType(
    {
        "NotoSansCJK-Regular.ttc": 2,
        "NotoSansCJKsc-Regular.otf": 0,
        "NotoSansSC-Regular.otf": 0,
        "NotoSansSC-Regular.ttf": 0,
        "SourceHanSansSC-Regular.otf": 0,
        "SourceHanSansCN-Regular.otf": 0,
        "wqy-microhei.ttc": 0,
        "wqy-zenhei.ttc": 0,
        "msyh.ttc": 0,
        "simhei.ttf": 0,
        "Hiragino Sans GB.ttc": 0,
        "STHeiti Light.ttc": 1,
    }
)
_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)


def font_file(configured: Path | None = None) -> tuple[Path, int]:
    """The file and the number of the face in it.

    Raises:
        Unavailable: there is no Chinese font, or the configured file is missing.
    """
    if configured is not None:
        path = configured.expanduser()
        if not path.is_file():
            raise unavailable(
                f"The font of SANKU_PDF_FONT is missing: {path}.",
                f"SANKU_PDF_FONT 指定的字体不存在：{path}。",
            )
        return path, _KNOWN.get(path.name, 0)
    try:
        return _found()
    except LookupError:
        raise unavailable(
            "This system has no Chinese font for PDF files. Install one (fonts-noto-cjk) or name it in SANKU_PDF_FONT.",
            "系统缺少生成 PDF 所需的中文字体，请安装字体（如 fonts-noto-cjk），或在 SANKU_PDF_FONT 中指定字体文件。",
        ) from None


def unavailable(en: str, zh: str) -> Unavailable:
    """The refusal of a PDF; the page on paper is the way round."""
    return Unavailable(
        f"{en} The page can still be printed by the browser.",
        f"{zh}仍可使用浏览器的打印功能另存为 PDF。",
        code="pdf_unavailable",
    )


# What is missing is looked for again, so that a font that is installed later needs no restart.
@cache
def _found() -> tuple[Path, int]:
    paths = {path.name: path for path in reversed(list(_files()))}
    for name, face in _KNOWN.items():
        if name in paths:
            return paths[name], face
    raise LookupError


def _files() -> Iterator[Path]:
    for folder in _FOLDERS:
        for place, _, names in os.walk(folder.expanduser()):
            yield from (Path(place, name) for name in names if name in _KNOWN)
