"""What must hold of every file, task and route, whoever adds one."""

import re
import subprocess
from pathlib import Path

import pytest

from digest.actions.tick import Work
from digest.store.engine import Database
from digest.web.api.route import API
from digest.web.api.routes import API_ROUTES
from digest.web.app import ROUTES, create_app
from digest.web.desk.routes import DESK_ROUTES
from digest.web.desk.scope import SCOPED, UNSCOPED
from digest.web.route import Guard
from tests.rules.documents import ROOT

MOST_LINES = 300
CODE = sorted(path for name in ("digest", "workers") for path in (ROOT / name).rglob("*.py"))
# A migration is a record of what was done once, in one transaction; nobody changes it again.
MODULES = [path for path in CODE if "versions" not in path.parts]

# Written in halves, so that this file does not hold what it forbids.
FORBIDDEN = re.compile(
    "|".join(
        (
            "pyp" + r"i\b",
            "python" + "hosted",
            r"(?<![\w.])/" + "work/",
            r"(?<![\w.])/" + "root/",
        )
    ),
    re.IGNORECASE,
)


def files() -> list[Path]:
    """Everything that is, or would be, committed."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        raw = path.read_bytes()
        if b"\0" not in raw:
            found.append((path.relative_to(ROOT).as_posix(), raw.decode("utf-8", "replace")))
    return found


def test_no_file_names_a_package_registry_or_a_place_on_one_machine():
    found = {f"{name}: {match[0]}" for name, text in texts() for match in FORBIDDEN.finditer(text)}
    assert not found


def test_no_module_is_too_long():
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in MODULES}
    long = {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > MOST_LINES}
    assert not long


def test_every_module_says_in_its_first_line_what_lives_in_it():
    silent = [
        str(path.relative_to(ROOT)) for path in CODE if not path.read_text().startswith('"""')
    ]
    assert not silent


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    folders = ("digest/", "workers/", "templates/")
    found = [name for name, text in texts() if name.startswith(folders) and later.search(text)]
    assert not found


def test_nothing_is_called_by_a_word_that_says_nothing():
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
    found = [path for path in CODE if vague & set(path.relative_to(ROOT).with_suffix("").parts)]
    assert not found


def test_every_task_goes_to_a_queue_that_workers_consume():
    from workers.app import QUEUES, app
    from workers.beat import MOST_WAITING
    from workers.tasks import TASKS, hear

    own = hear.name  # what a worker rings itself with, in a queue of its own
    ours = [name for name in app.tasks if not name.startswith("celery.") and name != own]
    assert sorted(ours) == sorted(task.name for task in TASKS.values())
    used = {app.amqp.router.route({}, name)["queue"].name for name in ours}
    # A worker that is started without -Q consumes all of these.
    assert used == set(QUEUES) == set(app.amqp.queues) == set(MOST_WAITING)


def test_every_kind_of_work_has_a_task():
    from workers.tasks import TASKS

    assert set(TASKS) == set(Work)


def test_every_route_has_a_guard_and_an_open_one_changes_nothing():
    for route in (*ROUTES, *DESK_ROUTES, *API_ROUTES):
        assert isinstance(route.guard, Guard), route.path
        if route.guard is Guard.PUBLIC:
            assert route.method == "GET", route.path
        if route.guard is Guard.TOKEN:
            assert "{token}" in route.path
        assert (route.guard is Guard.SIGNED) == route.path.startswith("/hooks/")


def test_each_parameter_of_a_path_says_which_lists_it_belongs_to():
    for route in (*DESK_ROUTES, *API_ROUTES):
        named = set(re.findall(r"{(\w+)}", route.path))
        assert named <= SCOPED.keys() | UNSCOPED, route.path
        assert not (route.whole and named & SCOPED.keys()), route.path


@pytest.mark.filterwarnings("default")  # the library's own, while it lists its routes
def test_nothing_is_served_but_the_listed_routes(settings):
    routes = (*ROUTES, *DESK_ROUTES)
    listed = {(route.path, method) for route in routes for method in route.methods}
    listed |= {(route.path, route.method) for route in API_ROUTES}
    static = {("/static/{name}", method) for method in ("GET", "HEAD")}
    served = {
        (route.path, method)
        for route in create_app(Database(settings.database), settings).routes
        for method in route.methods or ()
    }
    assert served == listed | static


def test_the_desk_the_api_and_what_readers_open_are_told_apart_by_their_paths():
    assert all(route.path.split("/")[1] == "desk" for route in DESK_ROUTES)
    assert all(route.path.startswith(f"{API}/") for route in API_ROUTES)
    assert not any(route.path.split("/")[1] in {"desk", "api"} for route in ROUTES)
