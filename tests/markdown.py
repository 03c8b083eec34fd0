"""Markdown tables, read back."""


def cells_of(text: str) -> list[list[str]]:
    """The cells of every row of a text's tables, without the rows under the heads."""
    rows = [line.strip()[1:-1].split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if set("".join(row)) - set(":- ")]
