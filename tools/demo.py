"""The paper's study and `best` at small scale, in a folder of their own: `python -m tools.demo`.

build/demo becomes a DVC project with this checkout's code, its params.yaml with the values below, and its own results:
nothing of the checkout is touched. The corpus is Bach's chorales as music21 ships them: no download, no account.
"""

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

import yaml

from maestro_lstm.plumbing.errors import report_in_one_line
from tools.dvc import dvc, leave_ctrl_c_to_dvc
from tools.pipeline import params_of

DEMO = Path("build/demo")
CODE = ("dvc.yaml", "metrics/dvc.yaml", ".dvcignore", ".dvc/plots", "paper", "primers", "src", "stages")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "*.egg-info", "dvc.lock", "*.safetensors")
KEPT = ("stages/*/dvc.lock", "src/maestro_lstm/pretrained/*.safetensors")  # of an earlier run
CONFIG = """\
[core]
    no_scm = true
    analytics = false
    check_update = false
[plots]
    html_template = plots/page.html
"""
OPTIONAL = {"symbols"}  # keys that a section of params.yaml need not have
TRAINING = {"batch": 4, "seq_len": 50, "threads": 1}
TRIED = {"pieces": 2, "seconds": 20, "ways": [{"name": "plain"}, {"name": "both", "top_p": 0.95, "time_top_p": 0.97}]}
LOOKS = [{"name": "plain"}, {"name": "look", "look": {"heads": 1, "width": 8, "memory": 16}}]
SHORT: dict[str, Any] = {  # a small network in place of the best, one candidate per extension, shorter pieces
    "chords": {"updates": [1, 100, 1000], "pieces": 8},
    "distances": {"pieces": 20, "symbols": 200},
    "networks": {  # threads: two trainings side by side leave each other their cores
        "best": {"hidden": 64, "training": {**TRAINING, "epochs": 5, "log_every": 20}},
        "performer": {"hidden": 64, "head": 64, "training": {**TRAINING, "epochs": 20, "log_every": 20}},
        "performer_brief": {"hidden": 32, "head": 32, "training": {**TRAINING, "symbols": 20_000, "log_every": 20}},
        "events": {"hidden": 32, "training": {**TRAINING, "symbols": 20_000, "log_every": 20}},
    },
    "play": {"sampling": {"seconds": 12}, "tried": TRIED, "samples": {"pieces": 2, "seconds": 60}},
    "extend_optimizer": {"rate": [0.01], "hidden": 32, "symbols": 50_000, "seeds": 1},
    "extend_search": {"rate": [0.01, 0.02], "symbols": 20_000},
    "extend_tune": {"rate": [0.01], "symbols": 50_000},
    "extend_size": {"layers": [2], "hidden": [64], "symbols": 50_000, "seeds": 1},
    "extend_lengths": {"candidates": ["growing"], "longest": 50, "symbols": 50_000, "seeds": 1},
    "extend_batch": {"draws": ["streams"], "batch": [16], "symbols": 50_000, "seeds": 1},
    "extend_rule": {"rule": ["clean"], "symbols": 50_000, "seeds": 1},
    "extend_best": {"without": ["nothing"], "hidden": 32, "symbols": 50_000, "seeds": 1},
    "extend_look": {"variants": LOOKS, "symbols": 5_000},
    "extend_look_best": {"variants": LOOKS, "symbols": 20_000},
}
FEW = {"updates": 300, "seeds": 2}
EXPLAIN: dict[str, Any] = {  # the crossings that explain the plateau: one or two of each list
    "explain": {"probes": 10},
    "explain_crossed": {"optimizer": {"adam": ["constant"]}, "loss": ["all"], "draws": ["random"]},
    "explain_epsilon": {**FEW, "optimizer": {"adam": ["constant"]}, "epsilon": [1e-8, 1e-10]},
    "explain_scale": {**FEW, "epsilon": [1e-8], "loss_scale": [100.0]},
    "explain_branch": {**FEW, "epsilon": [1e-8], "redrawn_at": [150], "redrawn": [1, 2]},
    "explain_precision": {"updates": 100, "seeds": 1, "epsilon": [1e-8]},
    "explain_rate": {"updates": 300, "optimizer": {"adam": [0.001], "sgd": [0.01], "adagrad": [0.01]}},
    "explain_dose": {"updates": 300, "sharpness": [1.0, 20.0]},
    "explain_share": {"updates": 300, "next_kept": [1.0, 0.25]},
}
SMALL = {
    "seeds": 2,
    "corpus": "chorales",
    "train": {"epochs": 15, "log_every": 100},
    "sweep": {"epochs": 3},
    **EXPLAIN,
    **SHORT,
    "schedules": {"cyclical": {"updates_up": 200}},
    "generate": {"real_seconds": 12, "sampling": {"corrected": {"length": 12}, "best": {"length": 12}}},
}


def merged(tree: Any, changes: Any) -> Any:
    """A tree of settings with some of its leaves changed. Raises KeyError for a leaf that it does not have."""
    if not isinstance(changes, dict):
        return changes
    unknown = changes.keys() - tree.keys()
    if unknown - OPTIONAL:
        raise KeyError(f"params.yaml has no {', '.join(sorted(unknown))}")
    new = {key: changes[key] for key in sorted(unknown)}
    return {key: merged(value, changes[key]) if key in changes else value for key, value in tree.items()} | new


def prepare(root: Path, demo: Path, changes: Any = SMALL) -> None:
    """Copy the code as it is, with changes to params.yaml. What earlier runs computed stays, so a second demo is
    quick."""
    kept = {path: path.read_bytes() for pattern in KEPT for path in demo.glob(pattern)}
    for name in CODE:
        source, target = root / name, demo / name
        if target.is_dir():
            shutil.rmtree(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(
                source,
                target,
                ignore=NOT_COPIED,
            )
        elif source.exists():
            shutil.copy(source, target)
    for path, content in kept.items():
        path.write_bytes(content)
    params = merged(params_of(root), changes)
    (demo / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    (demo / ".dvc" / "config").write_text(CONFIG)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    began = time.monotonic()
    prepare(Path.cwd(), DEMO)
    leave_ctrl_c_to_dvc()
    # both need the paper's study
    dvc("repro", "--quiet", "dvc.yaml", "stages/music/dvc.yaml", folder=DEMO)
    print(f"\nThe paper's figures are for MAESTRO, ours for chorales, in {time.monotonic() - began:.0f} s:\n")
    print((DEMO / "metrics" / "tables.md").read_text())
    for data in sorted(DEMO.glob("generated/music/*/*.json")):
        piece = json.loads(data.read_text())
        print(f"{piece['title']}: {piece['told']}")
    print(f"\nto listen and to look, open {DEMO}/generated/index.html in a browser")


if __name__ == "__main__":
    report_in_one_line(main)
