"""Cells of a CSV file that no spreadsheet program takes for a formula (CWE-1236)."""

FORMULA = frozenset("=+-@\t\r")  # what a formula may begin with


def quoted(cell: str) -> str:
    """The cell with a ``'`` before it where it could start a formula; ``unquoted`` takes it off."""
    return "'" + cell if cell[:1] in FORMULA else cell


def unquoted(cell: str) -> str:
    """What ``quoted`` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell
