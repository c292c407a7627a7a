"""A manager's progress on the training ladder, and the next rung. Pure."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.talent.trainings.models import Rung, TrainingState


class LadderStep(BaseModel):
    """A rung with the hours that complete it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rung: Rung
    hours: int = Field(ge=1, description="verified hours that complete the rung")


class Ladder(BaseModel):
    """All rungs, lowest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rungs: tuple[LadderStep, ...]

    @model_validator(mode="after")
    def _has_every_rung_in_order(self) -> "Ladder":
        if [step.rung for step in self.rungs] != list(Rung):
            raise ValueError("the ladder must contain every rung once, lowest first")
        return self


@cache
def ladder() -> Ladder:
    text = (files(__package__) / "ladder.toml").read_text(encoding="utf-8")
    return Ladder.model_validate(tomllib.loads(text))


@dataclass(frozen=True, slots=True)
class RungProgress:
    """Hours of one rung: verified, submitted for verification, and required."""

    rung: Rung
    verified: int
    submitted: int
    required: int

    @property
    def missing(self) -> int:
        return max(0, self.required - self.verified)


def ladder_progress(steps: Ladder, hours: Iterable[tuple[str, str, int]]) -> list[RungProgress]:
    """Progress on each rung, lowest first, from (rung, state, hours) rows."""
    sums: dict[tuple[str, str], int] = {}
    for rung, state, number in hours:
        sums[rung, state] = sums.get((rung, state), 0) + number
    return [
        RungProgress(
            step.rung,
            sums.get((step.rung.value, TrainingState.VERIFIED.value), 0),
            sums.get((step.rung.value, TrainingState.SUBMITTED.value), 0),
            step.hours,
        )
        for step in steps.rungs
    ]


def next_rung(progress: Iterable[RungProgress]) -> RungProgress | None:
    """The lowest rung that is not complete; None at the top."""
    return next((rung for rung in progress if rung.missing), None)
