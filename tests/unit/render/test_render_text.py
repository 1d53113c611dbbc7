"""The text part: filled lines, hanging indents, whole addresses."""

from hypothesis import given, settings
from hypothesis import strategies as st
from render_sample import VIEW_URL, make_branding, make_brief, make_content

from digest.domain.edition import Section, Variant
from digest.render import builtin_templates, render_edition
from digest.render.wrap import WIDTH, cells, hang, underline, wrap


def text_of(**changes) -> str:
    content = make_content(**changes)
    variant = Variant(text_only=True)
    return render_edition(
        content, make_branding(), variant, builtin_templates(), view_url=VIEW_URL
    ).text


def test_lines_are_filled_to_72_columns():
    filled = wrap("word " * 60).split("\n")
    assert all(60 < len(line) <= WIDTH for line in filled[:-1])


def test_a_bullet_hangs():
    assert hang("aaa bbb ccc", "  * ", width=11) == "  * aaa bbb\n    ccc"


def test_an_address_is_never_broken():
    address = "https://harbour.example/" + "a-long-path/" * 12
    assert wrap(f"see {address} soon").split("\n") == ["see", address, "soon"]


def test_wide_characters_count_double_and_are_cut_where_there_are_no_spaces():
    filled = wrap("港" * 50).split("\n")
    assert [cells(line) for line in filled] == [72, 28]


def test_a_no_break_space_keeps_its_words_together():
    assert wrap("aaa bbb\u00a0ccc", width=8) == "aaa\nbbb\u00a0ccc"


def test_an_underline_is_as_long_as_the_longest_line():
    assert underline("abc\nabcde", "=") == "abc\nabcde\n====="


@settings(max_examples=300, deadline=None, database=None)
@given(st.text(), st.sampled_from(["", "* ", "    - "]))
def test_no_line_is_too_long_and_no_word_is_lost(text, first):
    filled = hang(text, first)
    assert all(
        cells(line) <= WIDTH or "://" in line for line in filled.split("\n") if "\n" not in text
    )
    assert "".join(filled.split()).endswith("".join(text.split()))


def test_no_line_of_an_edition_is_too_long_but_for_addresses():
    for line in text_of().splitlines():
        assert cells(line) <= WIDTH
        assert line == line.rstrip()


def test_there_is_never_more_than_one_blank_line():
    assert "\n\n\n" not in text_of()


def test_each_address_stands_alone_on_its_line_under_its_number():
    lines = [line.strip() for line in text_of().splitlines() if "harbour.example/briefs" in line]
    numbers = [int(line[1 : line.index("]")]) for line in lines]
    assert numbers == sorted(numbers)
    assert all(line.split(" ")[1:] == [line.split(" ")[-1]] for line in lines)


def test_a_long_address_stays_on_one_line():
    address = "https://harbour.example/" + "very-long-slug-" * 10
    brief = make_brief(url=address)
    assert f"[1] {address}\n" in text_of(sections=(Section("", (brief,)),))


def test_nothing_is_escaped_in_text():
    brief = make_brief(title="Salt & pepper < €5 at “Quay’s End”")
    text = text_of(sections=(Section("", (brief,)),))
    assert brief.title in text
    assert "&amp;" not in text


def test_a_whole_story_reads_so():
    brief = make_brief(7, bullets=("One.", "Two."), teaser="", related=())
    text = text_of(sections=(Section("", (brief,)),), more=(), intro="")
    assert (
        """
Ostmark reopens its grain terminal after 7 weeks
------------------------------------------------
Harbour Wire · By Mira Kestrel

Bottom line up front:
  * One.
  * Two.

Read the brief:
[1] https://harbour.example/briefs/grain-terminal-7
"""
        in text
    )
