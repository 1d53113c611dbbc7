"""Dashboard and alert rules speak of numbers, alarms and runbooks that there are; each is told of
in docs/operations.md."""

import json
import re

import pytest
import yaml

from digest.actions.service_health import service_health
from digest.clock import utc_now
from digest.domain.alarm import AlarmKind
from digest.metrics import METRICS
from digest.web.metrics import Service
from tests.rules.documents import ROOT, read, rows, section

OPERATIONS = "docs/operations.md"
_NAME = re.compile(r"\bdigest_[a-z_]+")
_LABEL = re.compile(r"\{\{ ?\$?(?:labels\.)?([a-z_]+) ?\}\}")


@pytest.fixture
def families(db):
    """What ``/metrics`` of the pages gives."""
    return {one.name: one for one in Service(service_health(db, utc_now())).collect()}


def rules():
    document = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def targets():
    panels = json.loads((ROOT / "deploy/dashboard.json").read_text())["panels"]
    return [target for panel in panels for target in panel["targets"]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_numbers_of_the_pages_are_documented_and_no_other(families):
    told = rows(section(read(OPERATIONS), "## Numbers of the pages"))
    assert {row[0].strip("`") for row in told} == families.keys()
    assert all(row[1] for row in told)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_rules_and_dashboard_name_numbers_that_there_are(families):
    known = families.keys() | {metric.name for metric in METRICS}
    told = [rule["expr"] for rule in rules()] + [target["expr"] for target in targets()]
    for expression in told:
        named = set(_NAME.findall(expression))
        assert named, expression
        assert named <= known, expression


def test_the_dashboard_shows_every_number():
    shown = {name for target in targets() for name in _NAME.findall(target["expr"])}
    told = rows(section(read(OPERATIONS), "## Numbers of the pages"))
    known = {row[0].strip("`") for row in told} | {metric.name for metric in METRICS}
    assert shown == known


def test_each_alarm_is_watched_by_one_rule():
    kinds = [
        kind
        for rule in rules()
        for listed in re.findall(r'kind=~"([^"]+)"', rule["expr"])
        for kind in listed.split("|")
    ]
    assert sorted(kinds) == sorted(kind.value for kind in AlarmKind)


def test_each_rule_leads_to_a_runbook():
    anchors = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", read(OPERATIONS), re.MULTILINE)
    }
    for rule in rules():
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert path == OPERATIONS
        assert anchor in anchors, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(_LABEL.findall(rule["annotations"]["summary"])) <= {"kind"}
