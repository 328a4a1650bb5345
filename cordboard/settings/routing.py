"""`[routing]`: by which of several carriers a leg leaves, and when a carrier counts as ill."""

from typing import Literal

from pydantic import Field

from cordboard.settings.fields import Part


class Routing(Part):
    """In which order carriers are tried. Who is ill is tried after the others."""

    order: Literal["cost", "priority"] = "cost"
    health_minutes: int = Field(default=15, ge=1, le=1440)  # of a carrier's calls in these minutes
    health_least: int = Field(default=10, ge=1, le=200)  # if there are so many
    ill_failed_percent: int = Field(default=50, ge=1, le=100)  # at least so many failed in its network
    ill_answered_percent: int = Field(default=5, ge=0, le=100)  # or fewer than so many were answered
