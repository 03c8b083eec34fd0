"""Tables as csv files: written the same way each time, read with an error that names the file."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maestro_lstm.plumbing.errors import NotMade
from maestro_lstm.plumbing.files import damaged, write_text

if TYPE_CHECKING:
    import pandas as pd

# Libraries are imported where they are used: most stages start without them.


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
    """Rows with the same keys, under a header. `columns` gives the header of a table that may have no rows."""
    write_text(path, csv_text(rows, columns))


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> str:
    """What `write_csv` writes."""
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=None if columns is None else list(columns))
    text: str = table.to_csv(index=False, lineterminator="\n")
    return text


def read_csv(path: Path, columns: Sequence[str], words: Sequence[str] = ()) -> "pd.DataFrame":
    """Read what `write_csv` wrote: exactly these columns, `words` among them as text, finite numbers in all others.

    Raises UserError, naming the file, where it is missing or holds anything else.
    """
    import numpy as np
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(words, str), keep_default_na=False)
        numbers = [column for column in columns if column not in words]
        if list(table.columns) != list(columns) or table.empty or not np.isfinite(table[numbers].to_numpy(float)).all():
            raise ValueError(f"not a table of {', '.join(columns)}")
    except FileNotFoundError:
        raise NotMade(f"{path} is missing") from None
    except (OSError, ValueError) as error:
        raise damaged(path, error) from None
    return table


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int = 1) -> str:
    """A Markdown table; the first `text_columns` columns are left-aligned, the others, figures, right-aligned.

    A `|` inside a cell is escaped.
    """
    from tabulate import tabulate

    align = ["left"] * text_columns + ["right"] * (len(head) - text_columns)
    cells = [[str(cell).replace("|", r"\|") for cell in row] for row in (head, *rows)]
    text: str = tabulate(cells[1:], cells[0], tablefmt="pipe", colalign=align, disable_numparse=True)
    return text
