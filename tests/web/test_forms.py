"""Forms: what was typed becomes the model, or is shown again as typed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from app.errors import Invalid
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import day, number
from app.web.posted import PostedForm
from app.web.renderer import environment
from app.web.views.evidence import EvidenceSpan, cut
from tests.web.html import faults_of


class _Figure(BaseModel):
    name: str
    value: float | None = None


class _Record(BaseModel):
    title: str = Field(title="名称", min_length=2)
    deadline: date | None = Field(None, title="截止日期")
    budget: float | None = Field(None, title="预算")
    modes: list[str] = Field([], title="方式")
    figures: list[_Figure] = Field([], title="指标")
    hidden: int | None = Field(None, title="序号", ge=3)


FORM = Form(
    "record",
    _Record,
    (
        FormGroup(
            (
                FormField("title", required=True),
                FormField("deadline", Widget.DAY),
                FormField("budget", Widget.NUMBER, unit="万元"),
                FormField("modes", Widget.TAGS),
                FormField(
                    "figures",
                    Widget.ROWS,
                    columns=(
                        FormField("name", label="名称"),
                        FormField("value", Widget.NUMBER, label="数值"),
                    ),
                ),
            )
        ),
    ),
)


def filled(*pairs: tuple[str, str]) -> FilledForm:
    return FilledForm(FORM, posted=PostedForm(pairs))


def test_what_people_write_becomes_the_model() -> None:
    model = filled(
        ("title", " 油缸镀铬 "),
        ("deadline", "２０２７年１２月３１日"),
        ("budget", "１,２００ 万元"),
        ("modes", "许可、转让,"),
        ("figures.0.name", "硬度"),
        ("figures.0.value", "800"),
        ("figures.3.name", ""),
        ("figures.4.name", "寿命"),
    ).model()
    assert model.model_dump(exclude_unset=True) == {
        "title": "油缸镀铬",
        "deadline": date(2027, 12, 31),
        "budget": 1200.0,
        "modes": ["许可", "转让"],
        "figures": [{"name": "硬度", "value": 800.0}, {"name": "寿命"}],
    }


def test_what_is_wrong_is_shown_as_typed_with_a_summary_that_leads_there() -> None:
    form = filled(("title", "x"), ("deadline", "明年"), ("figures.0.name", "a"), ("figures.0.value", "许多"))
    with pytest.raises(Invalid) as caught:
        form.model()
    shown = form.with_errors(caught.value)
    assert {anchor for _, _, anchor in shown.summary} == {"f-title", "f-deadline", "f-figures-0-value"}
    page = environment().from_string(
        "<h1>x</h1>{{ ui.error_summary(form) }}{% call ui.form(form) %}{{ ui.button('x') }}{% endcall %}"
    )
    html = page.render(form=shown)
    assert faults_of(html) == []
    assert 'value="明年"' in html
    assert 'value="许多"' in html


def test_an_error_of_a_field_that_the_page_does_not_show_is_in_the_summary() -> None:
    error = Invalid.field("hidden", "x", "应不小于 3", "must be 3 or more")
    assert [(label, anchor) for label, _, anchor in filled().with_errors(error).summary] == [("序号", None)]


@pytest.mark.parametrize(
    "text", ["2027-12-31", "2027/12/31", "2027年12月31日", "20271231", "2027. 12. 31", "2027-12-31 "]
)
def test_a_day_as_people_write_it(text: str) -> None:
    assert day(text) == "2027-12-31"


@given(st.text(max_size=30))
def test_reading_a_number_twice_changes_nothing_more(text: str) -> None:
    assert number(number(text)) == number(text)


@given(st.dates())
def test_a_day_that_is_written_out_stays_the_day(when: date) -> None:
    assert day(when.isoformat()) == when.isoformat()


@given(
    st.text(max_size=40),
    st.lists(
        st.builds(EvidenceSpan, st.integers(-5, 45), st.integers(-5, 45), st.integers(1, 5)), max_size=6
    ),
)
def test_a_text_cut_at_its_evidence_is_still_the_text(text: str, spans: list[EvidenceSpan]) -> None:
    pieces = cut(text, spans)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)
