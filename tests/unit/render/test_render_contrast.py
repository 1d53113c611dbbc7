"""Text can be read by day, in the mail's own dark colours, and when programs turn colours."""

import pytest
from render_sample import VIEW_URL, make_branding, make_content

from digest.domain.edition import Layout, Variant
from digest.render import builtin_templates, render_edition
from digest.render.colors import lightness, turned
from digest.render.contrast import unreadable


@pytest.mark.parametrize("accent", ["#0b4f8a", "#7a1f3d", "#14532d", "#1c1b19"])
@pytest.mark.parametrize("layout", Layout)
def test_the_built_in_templates_can_be_read_in_each_way_of_showing_them(layout, accent):
    html = render_edition(
        make_content(),
        make_branding(layout=layout, accent_color=accent),
        Variant(),
        builtin_templates(),
        view_url=VIEW_URL,
    ).html
    assert list(unreadable(html)) == []


def ways(body: str, style: str = "") -> dict[str, tuple[str, str]]:
    page = f"<html><head><style>{style}</style></head><body>{body}</body></html>"
    return {found.way: (found.pair.color, found.pair.ground) for found in unreadable(page)}


def test_grey_on_white_is_found_in_all_ways_but_its_own():
    grey = '<p class="g" style="color:#999">pale</p>'
    found = ways(grey, "@media (prefers-color-scheme: dark) { .g { color: #ccc !important; } }")
    assert found["as it is"] == ("#999999", "#ffffff")
    assert found["its own dark colours"] == ("#cccccc", "#ffffff")
    assert set(ways(grey)) >= {"as it is", "its own dark colours"}


def test_own_dark_colours_are_read_from_the_sheet_with_what_they_inherit():
    dark = "@media (prefers-color-scheme:dark){ body{background-color:#111} p{color:#222} }"
    assert ways("<p>text</p>", dark) == {"its own dark colours": ("#222222", "#111111")}
    better = dark.replace("#222", "#eee")
    assert ways("<p>text</p>", better) == {}


def test_dark_grounds_stay_where_only_light_ones_are_turned():
    button = '<td style="background-color:#0b4f8a"><a style="color:#ffffff">Read</a></td>'
    assert ways(f"<table><tr>{button}</tr></table>") == {}


def test_large_text_needs_less():
    style = "color:#8a8a8a;background:#ffffff;font-size:24px"
    assert "as it is" not in ways(f'<p style="{style}">Large</p>')
    assert "as it is" in ways(f'<p style="{style.replace("24px", "23px")}">Small</p>')


def test_hidden_text_and_empty_elements_do_not_count():
    assert ways('<div style="display:none;color:#fff">x</div><p style="color:#fff"> </p>') == {}


def test_turning_a_colour_keeps_its_hue_and_turns_its_lightness():
    assert turned("#000000") == "#ffffff"
    assert turned(turned("#0b4f8a")) == "#0b4f8a"
    assert round(lightness("#0b4f8a") + lightness(turned("#0b4f8a")), 2) == 1.0
