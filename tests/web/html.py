"""What a page is made of, and what is wrong with it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LABELLED = {"input", "select", "textarea"}
_WITHOUT_LABEL = {"hidden", "submit", "button", "image"}


@dataclass
class _Reading(HTMLParser):
    """The elements of a page in their order."""

    open: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    first_buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    form: str = ""
    posting: set[str] = field(default_factory=set)
    inside_label: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if len(attributes) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice: {attrs}")
        self.elements.append((tag, attributes))
        if "label" in self.open and tag in LABELLED:
            self.inside_label.append(attributes)
        self._note_button(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def _note_button(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter in a field presses the first button of its form."""
        if tag == "form":
            self.form = attributes.get("id") or f"{len(self.elements)}"
            self.posting |= {self.form} if attributes.get("method") == "post" else set()
        elif tag == "button" and attributes.get("type", "submit") == "submit":
            form = attributes.get("form") or (self.form if "form" in self.open else "")
            self.first_buttons.setdefault(form, attributes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<path …/>` of a drawing opens nothing."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> at line {self.getpos()[0]} closes {self.open[-3:]}")
        elif tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> _Reading:
    reading = _Reading()
    reading.feed(page)
    reading.close()
    return reading


def text_of(page: str) -> str:
    """The texts of a page, in one line."""
    return re.sub(r"\s+", " ", " ".join(read(page).texts))


def faults_of(page: str) -> list[str]:
    """What no page may have: unbalanced tags, ids twice, no or two h1, fields without a label, links to missing ids,
    forms that Enter sends elsewhere."""
    reading = read(page)
    faults = list(reading.faults) + [f"<{tag}> is not closed" for tag in reading.open]
    elements = reading.elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    faults += [f"the id {one} twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    headings = sum(tag == "h1" for tag, _ in elements)
    if headings != 1:
        faults.append(f"{headings} h1")
    faults += [
        f"Enter goes to {button['formaction']}"
        for form, button in reading.first_buttons.items()
        if form in reading.posting
        and "formaction" in button
        and "primary" not in button.get("class", "").split()
    ]
    labels = {attributes.get("for") for tag, attributes in elements if tag == "label"}
    for tag, attributes in elements:
        is_field = tag in LABELLED and attributes.get("type") not in _WITHOUT_LABEL
        has_label = (
            attributes.get("id") in labels or "aria-label" in attributes or attributes in reading.inside_label
        )
        if is_field and not has_label:
            faults.append(f"no label for {attributes}")
        for name in ("aria-describedby", "aria-labelledby"):
            faults += [
                f"{name}={one} leads nowhere" for one in attributes.get(name, "").split() if one not in ids
            ]
        link = attributes.get("href", "")
        if tag == "a" and link.startswith("#") and link[1:] not in ids:
            faults.append(f"{link} leads nowhere")
    return faults


def hidden_fields(page: str) -> dict[str, str]:
    """Names and values of hidden fields."""
    return {
        attributes["name"]: attributes.get("value", "")
        for tag, attributes in read(page).elements
        if tag == "input" and attributes.get("type") == "hidden"
    }


def filled_fields(page: str) -> dict[str, str]:
    """What a browser would post of the fields, but for texts of several lines."""
    filled, select = {}, ""
    for tag, attributes in read(page).elements:
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if tag == "select":
            select = name
        elif tag == "option" and "selected" in attributes:
            filled[select] = value
        elif tag == "input" and name and attributes.get("type") not in ("file", "checkbox", "radio"):
            filled[name] = value
    return filled
