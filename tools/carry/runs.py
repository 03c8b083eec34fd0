"""Trained runs that are kept: those of a kind that the sample proved equal get the name that today's code gives them,
and are not trained again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.sources import digest
from maestro_lstm.training.run_cache import CODE, named_after
from tools.carry.compare import content_hash

Kind = frozenset[str]
MODULES = (CODE, "training.note_task")  # those whose digests name runs: the first all of them
AMOUNTS = {"seed", "epochs", "symbols", "threads", "log_every"}  # how much of the same, and in which pieces


def named_by(checkout: Path) -> list[str]:
    """The digests of a version by which its runs are named."""
    return [digest(module, (checkout / "src" / "maestro_lstm").resolve()) for module in MODULES]


def kind_of(settings: Mapping[str, Any]) -> Kind:
    """What a run does: each choice, and which numbers are not as usual."""
    words = {name: value if isinstance(value, str) else "" for name, value in settings.items() if name not in AMOUNTS}
    words["schedule"] = " ".join(sorted(settings["schedule"]))  # which schedule: its fields
    return frozenset(f"{name} {word}" for name, word in words.items())


def proven_in(folders: Iterable[tuple[Path, Path]]) -> set[Kind]:
    """The kinds of which both versions made the same run.

    Args:
        folders: projects of the sample, the older version's and the newer one's.
    """
    found = set()
    for old, new in folders:
        ours = {content_hash(path, ("of", "seconds")) for path in (old / "runs").glob("*.safetensors")}
        for path in (new / "runs").glob("*.safetensors"):
            if content_hash(path, ("of", "seconds")) in ours:
                found.add(kind_of(load_arrays(path)[1]["of"]["settings"]))
    return found


def rename(folder: Path, was: Sequence[str], now: Sequence[str], proven: Collection[Kind]) -> tuple[int, int]:
    """Rename the kept runs of these kinds from one code to another.

    Args:
        was, now: as `named_by` returns them.

    Returns: how many were renamed, and how many were not, being of other kinds.
    """
    renamed, left, names = 0, 0, dict(zip(was, now, strict=True))
    for path in sorted(folder.glob("*.safetensors")):
        arrays, about = load_arrays(path)
        before = about["of"]
        of = {key: names.get(value, value) if isinstance(value, str) else value for key, value in before.items()}
        if before["code"] != was[0] or of == before:  # of yet another version; of both
            continue
        if kind_of(before["settings"]) not in proven:
            left += 1
            continue
        save_arrays(folder / named_after(of), arrays, {**about, "of": of})
        path.unlink()
        renamed += 1
    return renamed, left
