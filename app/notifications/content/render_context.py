"""What all renderers share: their context, the templates, and a message of a few lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from app.notifications.channels.base import Content
from app.notifications.content.audience import Audience

templates = Environment(
    loader=PackageLoader("app.notifications.content", "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a renderer needs in addition to the message.

    `threshold` is the score, 0–1, from which a pair is good; `public_url` is the base of links.
    """

    audience: Audience
    public_url: str
    threshold: float
    unsubscribe_url: str | None = None
    confirm_url: str | None = None

    def link(self, path: str) -> str:
        """The page for people of a path of the API: it leads each reader to their own page (`web.account.links`)."""
        return f"{self.public_url.rstrip('/')}/open{path.removeprefix('/v1')}"


def notice_content(
    context: RenderContext,
    subject: str,
    lines: Sequence[str],
    data: Mapping[str, Any],
    *,
    type_: str,
    url: str | None = None,
    button: str = "",
    english: str | None = None,
) -> Content:
    """A message of a few lines, with a link to a page if `url` is given."""
    short = "\n".join([*lines, *([url] if url else [])])
    values = {"lines": lines, "items": (), "url": url, "button": button, "english": english}
    return content("notice", context, subject, short, data, type_=type_, **values)


def content(
    template: str,
    context: RenderContext,
    subject: str,
    short: str,
    data: Mapping[str, Any],
    *,
    type_: str,
    **values: Any,
) -> Content:
    """A message by one of the templates. `short` is what fits into a chat, `data` what programs get."""
    variables = {
        "subject": subject,
        "name": context.audience.name,
        "unsubscribe_url": context.unsubscribe_url,
        **values,
    }
    return Content(
        type=type_,
        subject=subject,
        text=templates.get_template(f"{template}.txt").render(variables),
        html=templates.get_template(f"{template}.html").render(variables),
        short=short,
        data=data,
    )
