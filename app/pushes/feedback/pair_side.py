"""The sides of a pair."""

from enum import StrEnum


class Side(StrEnum):
    """The record of a pair that an owner answers for."""

    DEMAND = "demand"
    ACHIEVEMENT = "achievement"
