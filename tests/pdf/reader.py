"""Reads PDF files as a viewer does: their text can be selected."""

import pypdfium2


def text_of_pdf(content: bytes) -> str:
    """The text of all pages, without spaces and ends of lines."""
    assert content.startswith(b"%PDF")
    document = pypdfium2.PdfDocument(content)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return "".join("".join(pages).split())
