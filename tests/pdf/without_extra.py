"""An installation without the extra `pdf`: the library cannot be imported."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from app.pdf import document


class _Missing(MetaPathFinder):
    """Finds nothing where fpdf2 would be."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] == "fpdf":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        return None


@contextmanager
def pdf_extra_missing() -> Iterator[None]:
    """Within the block imports of fpdf2 fail, as they do where it is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] == "fpdf"]:
            patch.delitem(sys.modules, name)
        patch.setattr(sys, "meta_path", [_Missing(), *sys.meta_path])
        document._sheet_class.cache_clear()  # the class of a process that had the library
        try:
            yield
        finally:
            document._sheet_class.cache_clear()
