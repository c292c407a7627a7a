"""A4 documents: headings, paragraphs, lists and tables, one under the other; and a certificate on one sheet."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from app.errors import Unavailable
from app.pdf.fonts import font_file, unavailable
from app.pdf.lines import lines_of

if TYPE_CHECKING:
    from fpdf import FPDF

PDF_TYPE = "application/pdf"
_FONT = "body"
_INK = (21, 33, 43)
_SOFT = (67, 83, 100)
_BRAND = (10, 98, 112)
_MARGIN = 20.0
_WAIT = 10.0
"""Seconds that a document waits for the one before it."""
_making = Lock()


@dataclass(frozen=True, slots=True)
class PdfPaper:
    """What all documents of this installation share.

    Attributes:
        font: the file of a Chinese font; None looks for one of the system.
    """

    font: Path | None = None

    def render(
        self,
        title: str,
        write: Callable[["PdfDocument"], None],
        *,
        footer: str,
        language: str = "zh",
        landscape: bool = False,
    ) -> bytes:
        """The bytes of a document that `write` fills. A process makes one document at a time.

        Raises:
            Unavailable: the extra `pdf` or a Chinese font is not installed, or others wait already.
        """
        pdf_class = _sheet_class()
        file, face = font_file(self.font)
        with _turn():
            pdf = pdf_class(footer, landscape)
            pdf.set_title(title)
            pdf.set_lang("zh-CN" if language == "zh" else "en")
            pdf.set_creator("Sanku")
            pdf.add_font(_FONT, fname=str(file), collection_font_number=face)
            pdf.add_page()
            write(PdfDocument(pdf))
            return bytes(pdf.output())


class PdfDocument:
    """A document while it is written; sizes are in points, widths in millimetres."""

    def __init__(self, pdf: "FPDF") -> None:
        self._pdf = pdf

    def title(self, text: str, below: str = "") -> None:
        """The name of the document."""
        self._text(text, 20, _BRAND, leading=1.35)
        if below:
            self._text(below, 10, _SOFT)
        self._pdf.ln(4)

    def heading(self, text: str) -> None:
        """A heading, which stays with the lines below it."""
        if self._pdf.will_page_break(30):
            self._pdf.add_page()
        self._pdf.ln(3)
        self._text(text, 14, _INK, leading=1.4)

    def paragraph(self, text: str, *, soft: bool = False) -> None:
        """A paragraph; `soft` is for what is less important."""
        self._text(text, 10 if soft else 11, _SOFT if soft else _INK)
        self._pdf.ln(1)

    def items(self, texts: Iterable[str]) -> None:
        """A list of points."""
        for text in texts:
            self._text(text, 11, _INK, mark="•")
        self._pdf.ln(1)

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str]], shares: Sequence[float]) -> None:
        """A table; `shares` are the widths of the columns, adding up to 1. Each page repeats the headers."""
        widths = [self._pdf.epw * share for share in shares]
        self._row(headers, widths, _BRAND)
        for row in rows:
            height = max(len(lines) for lines in self._cells(row, widths)) * 6 + 2
            if self._pdf.will_page_break(height):
                self._pdf.add_page()
                self._row(headers, widths, _BRAND)
            self._row(row, widths, _INK)

    def certificate(self, heading: str, name: str, paragraphs: Sequence[str], below: Sequence[str]) -> None:
        """A framed sheet: heading and name in the middle, paragraphs, and lines at the right below them."""
        pdf = self._pdf
        pdf.set_draw_color(*_BRAND)
        for inset, width in ((8.0, 1.2), (11.0, 0.3)):
            pdf.set_line_width(width)
            pdf.rect(inset, inset, pdf.w - 2 * inset, pdf.h - 2 * inset)
        pdf.ln(22)
        self._text(heading, 30, _BRAND, align="C", leading=1.5)
        pdf.ln(10)
        self._text(name, 24, _INK, align="C", leading=1.5)
        pdf.ln(6)
        for text in paragraphs:
            self._text(text, 15, _INK, align="C", leading=1.8)
        pdf.set_y(pdf.h - 38 - 7 * len(below))
        for text in below:
            self._text(text, 11, _SOFT, align="R")

    def _row(self, row: Sequence[str], widths: Sequence[float], colour: tuple[int, int, int]) -> None:
        pdf = self._pdf
        cells = list(self._cells(row, widths))
        top, left = pdf.get_y(), pdf.l_margin
        pdf.set_text_color(*colour)
        for lines, width in zip(cells, widths, strict=True):
            for place, line in enumerate(lines):
                pdf.set_xy(left, top + 1 + 6 * place)
                pdf.cell(width, 6, line)
            left += width
        bottom = top + 2 + 6 * max(len(lines) for lines in cells)
        pdf.set_draw_color(211, 220, 226)
        pdf.set_line_width(0.2)
        pdf.line(pdf.l_margin, bottom, pdf.l_margin + sum(widths), bottom)
        pdf.set_xy(pdf.l_margin, bottom)

    def _cells(self, row: Sequence[str], widths: Sequence[float]) -> Iterator[list[str]]:
        self._pdf.set_font(_FONT, size=10)
        for text, width in zip(row, widths, strict=True):
            yield list(lines_of(text, width - 3, self._pdf.get_string_width))

    def _text(
        self,
        text: str,
        size: float,
        colour: tuple[int, int, int],
        *,
        align: Literal["L", "C", "R"] = "L",
        leading: float = 1.6,
        mark: str = "",
    ) -> None:
        pdf = self._pdf
        pdf.set_font(_FONT, size=size)
        pdf.set_text_color(*colour)
        height = size * leading * 25.4 / 72
        indent = 5.0 if mark else 0.0
        width = pdf.epw - indent
        for place, line in enumerate(lines_of(text, width, pdf.get_string_width)):
            if pdf.will_page_break(height):
                pdf.add_page()
            if mark and not place:
                pdf.cell(indent, height, mark)
            pdf.set_x(pdf.l_margin + indent)
            pdf.cell(width, height, line, align=align, new_x="LMARGIN", new_y="NEXT")


@contextmanager
def _turn() -> Iterator[None]:
    """One document at a time: each takes about a second of one core."""
    if not _making.acquire(timeout=_WAIT):
        raise Unavailable(
            "Other PDF files are being made; try again in a moment.",
            "正在生成其他 PDF 文件，请稍后重试。",
            code="pdf_busy",
            headers={"Retry-After": "10"},
        )
    try:
        yield
    finally:
        _making.release()


@cache
def _sheet_class() -> "Callable[[str, bool], FPDF]":
    """Pages with a footer; imported when the first document is asked for, because the library is an extra."""
    try:
        from fpdf import FPDF
    except ImportError:
        raise unavailable(
            "PDF files need the extra `pdf`: pip install 'sanku[pdf]'.",
            "生成 PDF 需要安装附加组件：pip install 'sanku[pdf]'。",
        ) from None

    class Sheet(FPDF):
        def __init__(self, footer: str, landscape: bool) -> None:
            super().__init__("landscape" if landscape else "portrait", "mm", "A4")
            self._footer, self._landscape = footer, landscape
            self.set_margin(_MARGIN)
            self.c_margin = 0.0
            self.set_auto_page_break(True, margin=_MARGIN)

        def footer(self) -> None:
            self.set_font(_FONT, size=8)
            self.set_text_color(*_SOFT)
            if self._landscape:  # a certificate, within its frame
                self.set_y(-19)
                self.cell(self.epw, 5, self._footer, align="C")
            else:
                self.set_y(-14)
                self.cell(self.epw - 20, 5, self._footer)
                self.cell(20, 5, f"{self.page_no()} / {{nb}}", align="R")

    return Sheet
