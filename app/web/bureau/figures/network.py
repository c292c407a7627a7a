"""Page `/bureau/network`: fields, districts and managers who join them, as a picture beside a table of its edges."""

import json
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.errors import Invalid
from app.services import AllServices
from app.statistics.figures.network import network
from app.statistics.schemas import NetworkNode, NetworkRead
from app.vocabularies import vocabulary
from app.web.bureau.figures.pages import criteria_of
from app.web.bureau.lists.rows import Text
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.page import CurrentPage
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

KINDS = {"field": _("领域"), "district": _("地区"), "manager": _("技术经理人")}


@router.get("/bureau/network", name="network")
def show_network(
    page: CurrentPage,
    session: ReadSession,
    services: AllServices,
    first: Text = "",
    last: Text = "",
    field: Text = "",
) -> Response:
    """The network of a period; a filter that is no date is said, and the year is shown."""
    problem = None
    try:
        criteria = criteria_of(page, session, services, first, last, field)
    except Invalid as invalid:
        problem, criteria = invalid, criteria_of(page, session, services, "", "", "")
    made = network(session, criteria)
    return page.show(
        "bureau/network.html",
        status=422 if problem else 200,
        made=made,
        graph=json.dumps(_graph(made), ensure_ascii=False),
        table=_table(made),
        sums=[
            (translate(label), sum(node.kind == kind for node in made.nodes)) for kind, label in KINDS.items()
        ],
        first=first or criteria.first.isoformat(),
        last=last or criteria.last.isoformat(),
        field=field,
        fields=[
            (code, vocabulary("hightech_fields").label(code, page.language))
            for code in vocabulary("hightech_fields").codes
            if len(code) == 2
        ],
        error=problem,
    )


def _name(node: NetworkNode) -> str:
    return node.label_en if language_now() == "en" else node.label_zh


def _graph(made: NetworkRead) -> dict[str, Any]:
    """What the script draws: names, kinds and weights, nothing else."""
    kinds = list(KINDS)
    return {
        "kinds": [translate(label) for label in KINDS.values()],
        "nodes": [
            {"id": node.key, "name": _name(node), "kind": kinds.index(node.kind), "weight": node.weight}
            for node in made.nodes
        ],
        "edges": [{"source": one.source, "target": one.target, "weight": one.weight} for one in made.edges],
    }


def _table(made: NetworkRead) -> TableView:
    nodes = {node.key: node for node in made.nodes}
    rows = [
        TableRow(
            (
                _name(nodes[one.target]),
                translate(KINDS[nodes[one.source].kind]),
                _name(nodes[one.source]),
                one.weight,
            ),
            f"/managers/{nodes[one.target].number}",
        )
        for one in made.edges
    ]
    columns = [
        TableColumn(translate(_("技术经理人"))),
        TableColumn(translate(_("类别"))),
        TableColumn(translate(_("领域或地区"))),
        TableColumn(translate(_("对接数")), "number"),
    ]
    return TableView(translate(_("网络的连线")), columns, rows, hides_caption=True)
