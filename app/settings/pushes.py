"""Settings of pushes: how many, to whom, for how long; and of the nightly assignment."""

from datetime import timedelta

from pydantic import BaseModel, Field


class PushSettings(BaseModel):
    """Pushes"""

    push_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Score from which a pair is good: shown as `good`, stored, pushed. Default: the ranker's own.",
    )
    pushes_per_pair: int = Field(
        default=3, ge=1, le=10, description="How many managers a pair is pushed to at a time."
    )
    push_expiry: timedelta = Field(
        default=timedelta(days=30),
        description="How long a push waits for an answer; never beyond a deadline of its records.",
    )
    push_immediate_score: float = Field(
        default=0.85,
        ge=0,
        le=1,
        description="Pair score from which a manager is notified at once, unless they set their own.",
    )
    pushes_per_day: int = Field(
        default=20,
        ge=1,
        le=1000,
        description="New pushes for one manager in a day (Asia/Shanghai). A manager may set fewer.",
    )
    pushes_per_week: int = Field(
        default=60, ge=1, le=5000, description="New pushes for one manager in any seven days."
    )
    pushes_waiting_per_place: int = Field(
        default=4,
        ge=1,
        le=100,
        description="Pending pushes of a manager for each free slot (capacity minus open engagements, at least one)."
        " Beyond it a pair goes to the next manager.",
    )
    push_answer_working_days: int = Field(
        default=5,
        ge=1,
        le=60,
        description="Working days after which an unanswered push is reassigned to the next manager.",
    )
    push_rounds: int = Field(
        default=3, ge=1, le=20, description="How often one pair may be pushed to one manager."
    )
    push_regain: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Rise of a pair's score, by a changed record, from which an unanswered push may be repeated.",
    )
    push_undo: timedelta = Field(
        default=timedelta(minutes=15), description="For how long an acceptance or a decline can be undone."
    )
    conflict_grace_months: int = Field(
        default=12,
        ge=0,
        le=120,
        description="For how many months after its end a post or a declared interest of a manager remains a conflict.",
    )
    review_reminder: timedelta = Field(
        default=timedelta(days=3),
        gt=timedelta(0),
        description="After how long, in working days, the bureau is reminded of a review of an engagement, and again "
        "each time.",
    )
    newcomer_share: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description="Share of the slots in a list of managers that is reserved for managers with few pushes so far.",
    )


class AssignmentSettings(BaseModel):
    """Nightly assignment"""

    assignment_nightly: bool = Field(
        default=True, description="Whether a worker assigns the best pairs once a night."
    )
    assignment_hour: int = Field(
        default=3,
        ge=0,
        le=23,
        description="Hour in Asia/Shanghai from which the assignment runs. A worker that starts within four hours"
        " catches up; later the night is left out.",
    )
    assignment_pairs: int = Field(
        default=500, ge=1, le=5000, description="How many of the best pairs the assignment considers."
    )
    assignment_least_load: int = Field(
        default=0,
        ge=0,
        le=20,
        description="Minimum load: the assignment brings each manager to so many open engagements and pending pushes,"
        " if there are good pairs for them. Every pair gets its first manager before.",
    )
