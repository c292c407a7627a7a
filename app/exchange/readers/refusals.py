"""Refusals of whole files, each with what the sender can do."""

from collections.abc import Iterator
from contextlib import contextmanager
from zipfile import BadZipFile

import structlog

from app.errors import Invalid, SankuError

log = structlog.get_logger(__name__)

UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    *(BadZipFile, OSError, RecursionError),
)
"""What code raises at content that it did not expect."""
_REFUSALS = {
    "empty_file": ("文件没有内容，请检查后重新上传。", "The file is empty; check it and send it again."),
    "file_too_large": (
        "文件过大，请拆分后分批上传。",
        "The file is too large; split it and send the parts.",
    ),
    "encrypted": (
        "文件设有打开密码，请取消密码后重新上传；密码不通过平台收集。",
        "The file is protected by a password. Remove the password and send the file again; do not send the password.",
    ),
    "no_text_layer": (
        "PDF 只有图像，没有文字层；请提供 Word/Excel 原件，或人工录入。",
        "The PDF holds only images and no text. Send the Word or Excel original, or enter the data by hand.",
    ),
    "archive_bomb": (
        "文件解压后的数据量异常，已停止读取；请另存为新的文件后重新上传。",
        "The file expands to an abnormal size and was not read. Save it as a new file and send it again.",
    ),
    "too_complex": (
        "文件内容过于复杂，读取所需的内存或时间超出限制；请拆分后上传，或者提供 Word/Excel 原件。",
        "Reading the file takes too much memory or time. Split it, or send the Word or Excel original.",
    ),
    "old_word": (
        "不支持旧版 Word 文档（.doc/.wps），请另存为 .docx 后重新上传。",
        "Old Word documents (.doc, .wps) are not read; save the file as .docx and send it again.",
    ),
    "unknown_encoding": (
        "无法识别文字编码，请另存为 UTF-8 编码后重新上传。",
        "The text encoding is not recognised; save the file in UTF-8 and send it again.",
    ),
    "unknown_format": (
        "无法识别文件格式；可用格式：XLSX、XLS、ET、CSV、JSON、JSONL、DOCX、含文字的 PDF、HTML 表格、OAI-PMH。",
        "The format is not recognised. Readable formats: XLSX, XLS, ET, CSV, JSON, JSONL, DOCX, PDF with text, HTML "
        "tables, OAI-PMH.",
    ),
    "damaged": (
        "文件已损坏或不完整，请用原程序打开并另存后重新上传。",
        "The file is damaged or incomplete. Open it in the program that wrote it, save it, and send it again.",
    ),
}


def refusal(code: str) -> Invalid:
    """The error that refuses a file."""
    zh, en = _REFUSALS[code]
    return Invalid.field("file", code, zh, en)


@contextmanager
def damage_refused(form: str) -> Iterator[None]:
    """Refuse the file at whatever a library raises: none of them says what it raises at damaged bytes, and nobody but
    the sender can mend them. The log keeps where it happened, which may be a fault of a reader."""
    try:
        yield
    except (SankuError, MemoryError):
        raise  # the file is whole: the machine is too small, and the same file may be read later
    except BaseException as error:
        # A panic of a library in Rust is no `Exception`.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        log.warning("unreadable_file", form=form, error=type(error).__name__, at=place_of(error))
        raise refusal("damaged") from error


def place_of(error: BaseException) -> str:
    """Where an error was raised. Its message and variables hold what a file says, and stay out of the log."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return "" if step is None else f"{step.tb_frame.f_globals.get('__name__', '')}:{step.tb_lineno}"
