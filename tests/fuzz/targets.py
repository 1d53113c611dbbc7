"""All targets by name."""

from tests.fuzz import feedback, moving, names, sources, writing
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    **sources.TARGETS,
    **feedback.TARGETS,
    **moving.TARGETS,
    **names.TARGETS,
    **writing.TARGETS,
}
