"""Is the pipeline reproducible? `python -m tools.checks.verify`.

Every stage at a small size, from nothing, in two folders and under different circumstances: another hash seed for
Python, another time zone, one process instead of one per core. Every output is compared by its hash; on a GPU, where
sums have no fixed order, figures are compared within a tolerance (not tried yet).
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

import torch

from maestro_lstm.plumbing.errors import report_in_one_line
from tools.checks.outputs import differences, far_apart, hashes, summary
from tools.demo import EXPLAIN, SHORT, prepare
from tools.dvc import dvc, leave_ctrl_c_to_dvc

ROOT = Path("build/verify")
SMALL = {
    "corpus": "chorales",
    "seeds": 2,
    "download": {"chorales": 20},
    "sweep": {"epochs": 5},
    **EXPLAIN,
    "explain_crossed": {"optimizer": {"adam": ["constant"]}},
    **SHORT,
    "schedules": {"cyclical": {"updates_up": 200}},
    "train": {"epochs": 20, "log_every": 100},
}
CIRCUMSTANCES = {
    "one": {"PYTHONHASHSEED": "1", "TZ": "UTC"},
    "two": {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LOKY_MAX_CPU_COUNT": "1"},
}


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    shutil.rmtree(ROOT, ignore_errors=True)
    leave_ctrl_c_to_dvc()
    for name, circumstances in CIRCUMSTANCES.items():
        began = time.monotonic()
        prepare(Path.cwd(), ROOT / name, SMALL)
        dvc("repro", "--quiet", "--all-pipelines", folder=ROOT / name, environment=circumstances)
        print(f"{name}: {time.monotonic() - began:.0f} s ({circumstances})\n{summary(hashes(ROOT / name))}", flush=True)
    one, two = (hashes(ROOT / name) for name in CIRCUMSTANCES)
    wrong = differences(one, two)
    if wrong and torch.cuda.is_available():
        print("not the same bytes, as is to be expected of a GPU:\n" + "\n".join(wrong))
        wrong = far_apart(*(ROOT / name for name in CIRCUMSTANCES))
    if wrong:
        sys.exit("error: the two runs differ:\n" + "\n".join(wrong))
    print(f"all {len(one)} files are the same, byte for byte" if one == two else "all figures are within the tolerance")


if __name__ == "__main__":
    report_in_one_line(main)
