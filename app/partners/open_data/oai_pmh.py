"""OAI-PMH 2.0 for published achievements, in unqualified Dublin Core.

Datestamps are days, the coarsest that the protocol permits: to the second they would tell which records were published
together. An anonymous achievement is not listed; one that was public before is reported as deleted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from lxml import etree
from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import ANONYMOUS
from app.database import now
from app.libraries.achievements.models import Achievement
from app.libraries.http.responses import read_many
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import RecordVersion
from app.libraries.registry import LIBRARIES
from app.libraries.visibility.rows import visible_rows
from app.partners.open_data.descriptions import day_of, subjects_of
from app.settings import Settings

PATH = "/v1/oai-pmh"
PAGE = 100
_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DC = "http://purl.org/dc/elements/1.1/"
_DEFAULT: Any = {None: _NAMESPACE}  # the stubs know no default namespace
_PREFIX = "oai_dc"
_TOKEN = re.compile(r"([\d-]*)!([\d-]*)!([0-9a-f-]{36})")
_SELECTION = frozenset({"from", "until", "set", "metadataPrefix", "resumptionToken"})
_ARGUMENTS: Mapping[str, frozenset[str]] = {
    "Identify": frozenset(),
    "ListMetadataFormats": frozenset({"identifier"}),
    "ListSets": frozenset({"resumptionToken"}),
    "GetRecord": frozenset({"identifier", "metadataPrefix"}),
    "ListIdentifiers": _SELECTION,
    "ListRecords": _SELECTION,
}


class OaiError(Exception):
    """An error of the protocol, which is answered with status 200: a code and a text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Selection:
    first: date | None
    last: date | None
    after: UUID | None = None


def answer(session: Session, settings: Settings, sent: Sequence[tuple[str, str]]) -> bytes:
    """The XML answer to a request with these arguments; errors of the protocol are answers, too."""
    arguments = dict(sent)
    root = etree.Element(f"{{{_NAMESPACE}}}OAI-PMH", nsmap=_DEFAULT | {"xsi": _SCHEMA})
    root.set(f"{{{_SCHEMA}}}schemaLocation", f"{_NAMESPACE} {_NAMESPACE}OAI-PMH.xsd")
    _add(root, "responseDate", now().strftime("%Y-%m-%dT%H:%M:%SZ"))
    request = _add(root, "request", settings.public_url.rstrip("/") + PATH)
    try:
        if len(arguments) < len(sent):
            raise OaiError("badArgument", "an argument is repeated")
        part = _Provider(session, settings).part(arguments)
    except OaiError as error:
        if error.code not in ("badVerb", "badArgument"):
            _state(request, arguments)
        _add(root, "error", str(error)).set("code", error.code)
    else:
        _state(request, arguments)
        root.append(part)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["xsi"])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _state(request: Any, arguments: Mapping[str, str]) -> None:
    for name, value in arguments.items():
        request.set(name, _printable(value))


class _Provider:
    def __init__(self, session: Session, settings: Settings) -> None:
        self._session = session
        self._settings = settings
        self._base = settings.public_url.rstrip("/")
        self._id_prefix = f"oai:{urlsplit(self._base).hostname}:"

    def part(self, arguments: Mapping[str, str]) -> Any:
        verb = arguments.get("verb", "")
        if verb not in _ARGUMENTS:
            raise OaiError("badVerb", "the verb is missing or none of OAI-PMH 2.0")
        if set(arguments) - {"verb"} - _ARGUMENTS[verb]:
            raise OaiError(
                "badArgument", f"{verb} takes only: {' '.join(sorted(_ARGUMENTS[verb])) or 'no argument'}"
            )
        part = etree.Element(f"{{{_NAMESPACE}}}{verb}", nsmap=_DEFAULT)
        match verb:
            case "Identify":
                self._identify(part)
            case "ListMetadataFormats":
                if "identifier" in arguments:
                    self._one(arguments["identifier"])
                self._formats(part)
            case "ListSets":
                raise OaiError("noSetHierarchy", "there are no sets")
            case "GetRecord":
                if arguments.keys() < {"verb", "identifier", "metadataPrefix"}:
                    raise OaiError("badArgument", "GetRecord needs identifier and metadataPrefix")
                _check_prefix(arguments)
                row = self._one(arguments["identifier"])
                self._records(part, [row], headers_only=False)
            case _:
                self._list(part, arguments, headers_only=verb == "ListIdentifiers")
        return part

    def _identify(self, part: Any) -> None:
        first = self._session.scalar(select(func.min(Achievement.updated_at)).where(_listed()))
        _add(part, "repositoryName", "三库 技术成果库 Sanku achievements")
        _add(part, "baseURL", self._base + PATH)
        _add(part, "protocolVersion", "2.0")
        _add(part, "adminEmail", self._settings.mail_from.rpartition("<")[2].rstrip(">"))
        _add(part, "earliestDatestamp", _day(first or now()))
        _add(part, "deletedRecord", "persistent")
        _add(part, "granularity", "YYYY-MM-DD")

    def _formats(self, part: Any) -> None:
        found = _add(part, "metadataFormat")
        _add(found, "metadataPrefix", _PREFIX)
        _add(found, "schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
        _add(found, "metadataNamespace", _OAI_DC)

    def _one(self, identifier: str) -> Achievement:
        try:
            record_id = UUID(identifier.removeprefix(self._id_prefix))
        except ValueError as error:
            raise OaiError("idDoesNotExist", "no achievement has this identifier") from error
        row = self._session.scalar(select(Achievement).where(Achievement.id == record_id, _listed()))
        if row is None or not identifier.startswith(self._id_prefix):
            raise OaiError("idDoesNotExist", "no achievement has this identifier")
        return row

    def _list(self, part: Any, arguments: Mapping[str, str], *, headers_only: bool) -> None:
        selection = _selection(arguments)
        query = select(Achievement).where(_listed(), *_conditions(selection))
        rows = list(self._session.scalars(query.order_by(Achievement.id).limit(PAGE + 1)))
        if not rows and selection.after is None:
            raise OaiError("noRecordsMatch", "no achievement matches")
        self._records(part, rows[:PAGE], headers_only=headers_only)
        if len(rows) > PAGE:
            days = (one.isoformat() if one else "" for one in (selection.first, selection.last))
            _add(part, "resumptionToken", "!".join((*days, str(rows[PAGE - 1].id))))
        elif selection.after is not None:
            _add(part, "resumptionToken")

    def _records(self, part: Any, rows: Iterable[Achievement], *, headers_only: bool) -> None:
        rows = list(rows)
        library = LIBRARIES[RecordKind.ACHIEVEMENT]
        live = [row for row in rows if _is_live(row)]
        bodies = read_many(self._session, library, live, principal=ANONYMOUS)
        shown = {row.id: body for row, body in zip(live, bodies, strict=True)}
        for row in rows:
            record = part if headers_only else _add(part, "record")
            header = _add(record, "header")
            if row.id not in shown:
                header.set("status", "deleted")
            _add(header, "identifier", f"{self._id_prefix}{row.id}")
            _add(header, "datestamp", _day(row.updated_at))
            if not headers_only and row.id in shown:
                self._describe(_add(record, "metadata"), shown[row.id])

    def _describe(self, metadata: Any, body: Mapping[str, Any]) -> None:
        described = etree.SubElement(metadata, f"{{{_OAI_DC}}}dc", nsmap={"oai_dc": _OAI_DC, "dc": _DC})
        described.set(
            f"{{{_SCHEMA}}}schemaLocation", f"{_OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
        )
        values = [
            ("title", body["title"]),
            *(("subject", subject) for subject in subjects_of(body)),
            ("date", day_of(body)),
            ("type", "technological achievement"),
            ("identifier", body["number"]),
            ("identifier", f"{self._base}/achievements/{body['number']}"),
            ("language", body["language"]),
            ("rights", self._settings.open_data_licence_achievements),
        ]
        for name, value in values:
            if value:
                etree.SubElement(described, f"{{{_DC}}}{name}").text = _printable(str(value))


def _is_live(row: Achievement) -> bool:
    return row.state == RecordState.PUBLISHED and row.publish_mode == PublishMode.PUBLIC


def _listed() -> ColumnElement[bool]:
    """Achievements that are public, or were."""
    row, version = Achievement, RecordVersion
    live = and_(visible_rows(row, ANONYMOUS), row.publish_mode == PublishMode.PUBLIC.value)
    was_public = exists().where(
        version.record_id == row.id,
        version.data["publish_mode"].as_string() == PublishMode.PUBLIC.value,
        version.data["state"].as_string() == RecordState.PUBLISHED.value,
    )
    return or_(live, and_(not_(live), row.published_at.is_not(None), was_public))


def _selection(arguments: Mapping[str, str]) -> _Selection:
    if "resumptionToken" in arguments:
        if arguments.keys() != {"verb", "resumptionToken"}:
            raise OaiError("badArgument", "a resumptionToken stands alone")
        match = _TOKEN.fullmatch(arguments["resumptionToken"])
        if match is None:
            raise OaiError("badResumptionToken", "no token of this repository")
        try:
            return _Selection(_read_day(match[1]), _read_day(match[2]), UUID(match[3]))
        except (OaiError, ValueError) as error:
            raise OaiError("badResumptionToken", "no token of this repository") from error
    if "metadataPrefix" not in arguments:
        raise OaiError("badArgument", "metadataPrefix is missing")
    _check_prefix(arguments)
    if "set" in arguments:
        raise OaiError("noSetHierarchy", "there are no sets")
    first, last = _read_day(arguments.get("from", "")), _read_day(arguments.get("until", ""))
    if first and last and first > last:
        raise OaiError("badArgument", "from is later than until")
    return _Selection(first, last)


def _check_prefix(arguments: Mapping[str, str]) -> None:
    if arguments["metadataPrefix"] != _PREFIX:
        raise OaiError("cannotDisseminateFormat", f"the only format is {_PREFIX}")


def _conditions(selection: _Selection) -> Iterable[ColumnElement[bool]]:
    row = Achievement
    if selection.first is not None:
        yield row.updated_at >= datetime.combine(selection.first, time(), UTC)
    # After the last day of the calendar there is none to compare with.
    if selection.last is not None and selection.last < date.max:
        yield row.updated_at < datetime.combine(selection.last + timedelta(days=1), time(), UTC)
    if selection.after is not None:
        yield row.id > selection.after


def _read_day(text: str) -> date | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise OaiError("badArgument", "days are given as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise OaiError("badArgument", "no such day") from error


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]", "", text)


def _add(parent: Any, name: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
    element.text = text
    return element
