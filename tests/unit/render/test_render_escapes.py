"""Ways out of a template that are known: none leads anywhere (S-03)."""

import re
from pathlib import Path

import pytest
from render_sample import make_branding, make_content

from digest.domain.edition import Variant
from digest.render import builtin_templates, render_edition
from digest.render.trial import own_templates

ESCAPES = Path(__file__).with_name("escapes.txt").read_text("utf-8").splitlines()
LEAK = re.compile(r"<(?:class|function|module|frame|code|bound method|built-in)\b|/usr/|environ\b")


def test_there_are_at_least_sixty():
    assert len(set(ESCAPES)) == len(ESCAPES) >= 60


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_known_way_out_leads_anywhere(escape):
    """It is refused, or gives what is undefined, and nothing of the process is seen."""
    usual = builtin_templates().files["edition/body.txt"]
    own = own_templates({"edition/body.txt": f"{usual}\n{escape}"})
    rendition = render_edition(make_content(), make_branding(), Variant(), own, view_url=None)
    _, _, written = rendition.text.rpartition("4410 Varda")
    assert rendition.fallback or re.fullmatch(r"[\s\[\](),']*(Undefined)?[\s\[\](),']*", written)
    assert not LEAK.search(rendition.text)
    assert "/etc/" not in rendition.fallback or "no e-mail template" in rendition.fallback
