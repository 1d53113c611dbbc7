"""Types of what programs send: bounded, and without characters that no text should hold."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from digest.clock import utc_now
from digest.domain.segment import LONGEST

_PLAIN = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=_PLAIN)]
MaybeLine = Annotated[str, StringConstraints(max_length=2000, pattern=_PLAIN)]
Text = Annotated[
    str, StringConstraints(max_length=5000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")
]  # with line ends
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
SegmentText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST),
    Field(description="Whom of the list: a segment's name, or its words."),
]
Address = Annotated[str, StringConstraints(min_length=3, max_length=254, pattern=_PLAIN)]
FARTHEST = timedelta(days=366)


class Asked(BaseModel):
    """A body. Fields that it doesn't know are refused, so that a misspelt one isn't overlooked."""

    model_config = ConfigDict(extra="forbid")


def _near(moment: datetime) -> datetime:
    if abs(moment.replace(tzinfo=UTC) - utc_now()) > FARTHEST:
        raise ValueError("it is more than a year away")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_near)]
