"""What networks write, in the symbols of the paper's Fig. 3, as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from maestro_lstm.evaluation.written import LARGE
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.tokens.vocabulary import SYMBOLS, Ids

SHOWN = 24  # symbols


def written_as_text(rows: Sequence[Mapping[str, Any]], shown: Mapping[tuple[str, str], Ids]) -> str:
    """Figures of each network and way to draw, and how a piece of each begins, in Markdown."""
    figures = [
        (
            *(str(row[key]) for key in ("network", "drawn")),
            f"{row['next_share']:.1f} %",
            f"{row['chords']:.1f}",
            f"{row['median']:g}",
            f"{row['largest']:g}",
            f"{row['large']:.0f} %",
        )
        for row in rows
    ]
    head = ("network", "drawn", "`<NEXT>`", "chords a piece", "median notes", "most", f"of {LARGE} or more")
    begins = [
        (*named, " ".join("·" if SYMBOLS[id_].startswith("<") else SYMBOLS[id_] for id_ in piece[:SHOWN].tolist()))
        for named, piece in shown.items()
    ]
    return "\n\n".join(
        [
            markdown(head, figures, text_columns=2),
            markdown(("network", "drawn", "begins (·: `<NEXT>` or `<END>`)"), begins, text_columns=3),
        ]
    )
