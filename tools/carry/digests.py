"""The results of this checkout and the code of each, as JSON: `python -m tools.carry.digests`.

Each version says this of itself: what counts as code may be another thing in another one.
"""

import argparse
import json
from pathlib import Path

from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.plumbing.provenance import CARRIED, follow, records, steps_in
from tools.carry.chain import codes_of, is_fresh
from tools.pipeline import calls_of, params_of


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    root = Path.cwd()
    codes = codes_of(calls_of(root, params_of(root)), root)
    followed = follow(records(root / "provenance"), steps_in(root / CARRIED))
    print(
        json.dumps(
            {
                # of every result that is known, whether or not its code has changed since
                "results": {one.now.path: one.now.code for one in followed if is_fresh(one, codes)},
                "stale": sorted({one.record for one in followed if not is_fresh(one, codes)}),
                # of every path that a stage makes
                "makes": {path: code for call, code in codes.items() for path in call.results},
            }
        )
    )


if __name__ == "__main__":
    report_in_one_line(main)
