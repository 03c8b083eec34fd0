"""`dvc repro` with the candidates of a sweep side by side: `python -m tools.repro 2`.

`dvc repro` runs one stage at a time. Here every group of matrix stages (sweep_seq_len@25, @50, …) runs on `jobs`
processes once all before it is done, and one plain `dvc repro` at the end does whatever is left.
"""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tools.dvc import dvc, leave_ctrl_c_to_dvc

GROUPS = ("sweep_optimizer", "sweep_learning_rate", "sweep_seq_len", "train", "evaluate", "generate")


def members(group: str, stages: Sequence[str]) -> list[str]:
    """The stages of a matrix, such as train@paper."""
    return [name for name in stages if name.startswith(f"{group}@")]


def reproduce(jobs: int, folder: Path = Path(), environment: Mapping[str, str] | None = None) -> None:
    """Bring a project up to date, with up to `jobs` candidates at a time. Exits where a stage fails."""
    leave_ctrl_c_to_dvc()
    run = partial(dvc, "repro", "--quiet", folder=folder, environment=environment)
    if jobs > 1:
        stages = dvc("stage", "list", "--name-only", quiet=True, folder=folder, environment=environment).split()
        run("vocab", "check_lengths")
        for group in GROUPS:
            with ThreadPoolExecutor(jobs) as pool:
                # -s: only this stage, or two processes would wait for each other's upstream
                list(pool.map(partial(run, "-s"), members(group, stages)))
            if group.startswith("sweep_"):
                run("-s", group.replace("sweep_", "select_"))
    run()


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else "1"
    if not given.isdigit() or given == "0":
        sys.exit(f"error: JOBS={given}: say how many candidates to train side by side, such as JOBS=2")
    reproduce(int(given))


if __name__ == "__main__":
    main()
