"""All targets by name."""

from tests.fuzz import feedback, names, sources, writing
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    **sources.TARGETS,
    **feedback.TARGETS,
    **names.TARGETS,
    **writing.TARGETS,
}
