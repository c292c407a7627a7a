"""Page `/bureau/tiers/config`: what the policy leaves open, its effect before it is saved, and the decision."""

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Invalid, NotFound, SankuError, StaleVersion
from app.talent.tiers.choices import choices, configure
from app.talent.tiers.enums import OPEN_QUESTIONS
from app.talent.tiers.presenter import rule_set_read
from app.talent.tiers.rules import RuleSet, rule_set, rule_sets
from app.talent.tiers.schemas import ChoicesSent, ConfigurationChange
from app.talent.tiers.service import tier_shifts
from app.web.bureau.lists.rows import Text
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

Shift = tuple[str, str, str | None, str | None]
"""Number and name of a manager, and their tier before and after."""


@router.get("/bureau/tiers/config", name="tier_configuration")
def configuration(page: CurrentPage, session: ReadSession, rules: Text = "") -> Response:
    """The rules in force, and each open question with its choices."""
    return _show(page, session, _rules(rules))


@router.post("/bureau/tiers/config/effect", name="tier_effect")
def effect(page: CurrentPage, posted: Posted, session: ReadSession) -> Response:
    """Whose tier would change. Nothing is written."""
    page.take_display(posted)
    chosen = _rules(posted.get("rules"))
    if posted.only_shows:
        return _show(page, session, chosen, posted=posted)
    try:
        asked = validated(ChoicesSent, _choices(posted))
        assert isinstance(asked, ChoicesSent)
    except Invalid as error:
        return _show(page, session, chosen, posted=posted, error=error)
    shifts = tier_shifts(session, chosen.id, asked.given_choices(), principal=page.principal)
    return _show(page, session, chosen, posted=posted, shifts=shifts)


@router.post("/bureau/tiers/config", name="change_tier_configuration")
def change(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Decide, with the grounds; the tiers of all managers are computed again."""
    page.take_display(posted)
    chosen = _rules(posted.get("rules"))
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            values = _choices(posted) | {"reason": posted.get("reason").strip()}
            asked = validated(ConfigurationChange, values)
            assert isinstance(asked, ConfigurationChange)
            with database.unit_of_work() as session:
                configure(
                    session,
                    chosen.id,
                    asked.given_choices(),
                    asked.reason,
                    principal=page.principal,
                    if_match=posted.version,
                )
            return page.redirect(f"/bureau/tiers/config?rules={chosen.id}", notice="saved")
        except (Invalid, StaleVersion) as refusal:
            error = refusal
    with database.reading() as session:
        return _show(page, session, chosen, posted=posted, error=error)


def _rules(id_: str) -> RuleSet:
    found = rule_set(id_) if id_ else rule_sets()[-1]
    if found is None:
        raise NotFound
    return found


def _choices(posted: PostedForm) -> dict[str, str]:
    return {name: posted.get(name) for name in OPEN_QUESTIONS if posted.get(name)}


def _show(
    page: WebPage,
    session: ReadSession,
    rules: RuleSet,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
    shifts: list[Shift] | None = None,
) -> Response:
    found = rule_set_read(rules, choices(session, rules))
    questions = [
        (
            one,
            posted.get(one.question) or one.choice,
            [(choice.value, choice.label(page.language)) for choice in OPEN_QUESTIONS[one.question][2]],
        )
        for one in found.configuration.choices
    ]
    return page.show(
        "bureau/tier_config.html",
        status=error.status if error else 200,
        form_id="config",
        rules=found,
        sets=[
            (
                one.title_en if page.language == "en" else one.title_zh,
                f"?rules={one.id}",
                None,
                one.id == found.id,
            )
            for one in rule_sets()
        ],
        questions=questions,
        reason=posted.get("reason"),
        shifts=None if shifts is None else _shift_table(shifts),
        error=error,
    )


def _shift_table(shifts: list[Shift]) -> TableView:
    columns = (_("姓名"), _("人才编号"), _("现在"), _("改后"))
    return TableView(
        translate(_("类别将改变的人员")),
        [TableColumn(translate(label)) for label in columns],
        [
            TableRow((name, number, before or "–", after or "–"), f"/managers/{number}")
            for number, name, before, after in shifts
        ],
        hides_caption=True,
    )
