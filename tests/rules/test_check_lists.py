"""Steps of CONTRIBUTING's check-lists that nothing else would miss."""

import re

import pytest

from digest.collect.source import ADAPTERS
from digest.domain.states import SourceKind
from digest.feedback.webhooks.providers import PROVIDERS
from tests.fuzz import feedback
from tests.rules.documents import ROOT, read, rows, section

MAILS = sorted({path.parent for path in (ROOT / "templates/email").glob("*/subject.txt")})
OPERATIONS = "docs/operations.md"


def test_every_kind_of_source_has_an_adapter_and_is_told_of():
    assert set(ADAPTERS) == set(SourceKind)
    told = rows(section(read(OPERATIONS), "### Kinds of source"))
    assert {row[0].strip("`") for row in told} == {kind.value for kind in SourceKind}


def test_every_folder_of_a_mail_is_known_as_one():
    folders = {path for path in (ROOT / "templates/email").iterdir() if path.is_dir()}
    assert {path.name for path in folders - set(MAILS)} == {"words"}


@pytest.mark.parametrize("folder", MAILS, ids=lambda folder: folder.name)
def test_every_mail_has_a_subject_and_both_bodies_and_is_sent_somewhere(folder):
    assert {"subject.txt", "body.html", "body.txt"} <= {path.name for path in folder.iterdir()}
    code = [path.read_text("utf-8") for path in (ROOT / "digest").rglob("*.py")]
    sent = re.compile(rf'(?:send_staff_mail|render_message)\([^)]*"{folder.name}"')
    assert any(sent.search(text) for text in code)


@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_is_told_of_and_attacked(name):
    assert f"/hooks/{name}" in section(read(OPERATIONS), "## What comes back")
    assert f"/hooks/{name}" in read("docs/settings.md")
    assert name == "ses" or name in feedback._SIGNED  # Amazon's certificates can't be signed with
