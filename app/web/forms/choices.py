"""Choices of fields: the terms of a vocabulary, in the language of the page."""

from collections.abc import Sequence
from datetime import timedelta

from app.clock import today
from app.vocabularies import vocabulary
from app.web.forms.fields import Choice, Choices
from app.web.i18n import Language, speaking, translate
from app.web.i18n import mark as _


def terms_of(name: str) -> Choices:
    """The terms of a vocabulary; those of a tree under the name of their root."""

    def choices(language: Language) -> Sequence[Choice]:
        terms = vocabulary(name)
        found = []
        for code in terms.codes:
            root = terms.root(code)
            group = terms.label(root, language) if terms.children(root) else ""
            found.append(Choice(code, terms.label(code, language), group))
        return found

    return choices


def listed(*pairs: tuple[str, str]) -> Choices:
    """A short list of codes with Chinese labels, which the catalogue of messages translates."""

    def choices(language: Language) -> Sequence[Choice]:
        with speaking(language):
            return [Choice(code, translate(label)) for code, label in pairs]

    return choices


def districts_first(language: Language) -> Sequence[Choice]:
    """The regions, those of Jinan before the others."""
    terms = vocabulary("regions")
    found = terms_of("regions")(language)
    own = [one for one in found if "370100" in (one.code, *terms.parents(one.code))]
    city = terms.label("370100", language)
    return [Choice(one.code, one.label, city) for one in own] + [one for one in found if one not in own]


def days_ahead(language: Language) -> Sequence[Choice]:
    """Days that a deadline may be, to be chosen or typed over: in half a year, in one, in two."""
    with speaking(language):
        return [
            Choice((today() + timedelta(days=days)).isoformat(), translate(label))
            for days, label in ((182, _("半年后")), (365, _("一年后")), (730, _("两年后")))
        ]


def readiness_levels(language: Language) -> Sequence[Choice]:
    """The levels of technology readiness, with their numbers."""
    return [Choice(one.code, f"TRL {one.code} · {one.label}") for one in terms_of("trl")(language)]
