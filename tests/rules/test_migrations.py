"""A migration that takes away what older code needs says so, since old and new run side by side."""

import ast
import re

from tests.rules.documents import ROOT

VERSIONS = ROOT / "digest/store/migrations/versions"
TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "alter_column"}


def takes_away(source: str) -> bool:
    """Whether it drops, renames or narrows, or wants a value that old code doesn't give."""
    (forward,) = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    ]
    for call in ast.walk(forward):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if call.func.attr in TAKES_AWAY:
            return True
        if call.func.attr == "add_column":
            said = ast.unparse(call)
            if "nullable=False" in said and "server_default" not in said:
                return True
    return False


def raises_the_gate(source: str) -> bool:
    return re.search(r'^lowest_code: str = "\d{4}"$', source, re.MULTILINE) is not None


def after_the_gate() -> list[str]:
    texts = {path.name: path.read_text() for path in sorted(VERSIONS.glob("0*.py"))}
    (made,) = [name for name, text in texts.items() if 'create_table(\n        "code_gate"' in text]
    return [text for name, text in texts.items() if name > made]


def test_what_is_taken_away_raises_the_code_gate():
    assert [
        text for text in after_the_gate() if takes_away(text) and not raises_the_gate(text)
    ] == []


def test_the_rule_sees_what_takes_away():
    add = 'def upgrade():\n    op.add_column("t", sa.Column("c", sa.Text(), nullable={}))\n'
    assert takes_away(add.format("False"))
    assert not takes_away(add.format("True"))
    assert takes_away('def upgrade():\n    op.drop_column("t", "c")\n')
    assert not takes_away('def upgrade():\n    pass\ndef downgrade():\n    op.drop_table("t")\n')
