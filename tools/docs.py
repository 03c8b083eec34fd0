"""Put the tables of metrics/ and benchmarks/ into README.md and docs/: `python -m tools.docs`.

A table stands between `<!-- metrics/tables.md -->`, naming its file, and `<!-- end -->`.
"""

import argparse
import json
import re
from pathlib import Path

import pandas as pd

from benchmarks.measure import table
from maestro_lstm.plumbing.tables import markdown

PLACE = re.compile(r"<!-- ((?:metrics|benchmarks)/\S+) -->\n.*?<!-- end -->", re.S)
PAGES = [Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").rglob("*.md"))]


def filled(text: str) -> str:
    """A text with its tables as they are now."""
    return PLACE.sub(lambda place: f"<!-- {place[1]} -->\n{shown(Path(place[1]))}\n<!-- end -->", text)


def shown(path: Path) -> str:
    """A table in Markdown."""
    if path.suffix == ".csv":
        rows = pd.read_csv(path, keep_default_na=False)
        return markdown(
            [*rows.columns],
            [
                [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row]
                for row in rows.astype(object).itertuples(index=False)
            ],
        )
    text = path.read_text()
    return table(json.loads(text)["figures"]) if path.suffix == ".json" else text.strip()


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    for path in PAGES:
        text = path.read_text()
        if filled(text) != text:
            path.write_text(filled(text))
            print(f"{path}: tables updated")


if __name__ == "__main__":
    main()
