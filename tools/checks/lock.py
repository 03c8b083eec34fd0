"""Do the locks, params.yaml, the code and the results in git match? `python -m tools.checks.lock`.

Two questions. To `dvc status`: does any lock disagree with a file or a param? Data that git does not keep and that is
not here is left out. To provenance/: was each result made by the code that is here now, or by code that was proven
equal to it (`make carry`)? A result that was not is *stale*; `dvc commit` does not make it fresh.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.plumbing.provenance import CARRIED, Followed, follow, hash_of, records, steps_in
from maestro_lstm.pretrained.networks import FOLDER, told_of
from tools.carry.chain import code_of, codes_of, is_fresh
from tools.carry.versions import digests_at, git
from tools.dvc import dvc
from tools.pipeline import calls_of, params_of

ABSENT = ("deleted", "not in cache")  # what DVC says of data that a clone does not have
HOW_OFTEN = {1: "once", 2: "twice"}


def mismatches(status: Mapping[str, Any], tracked: set[str]) -> list[str]:
    """What `dvc status --json` reports, one line each, without the missing data of a fresh clone."""
    lines = []
    for stage, reports in sorted(status.items()):
        for report in reports:
            if isinstance(report, str):  # such as "changed command"
                lines.append(f"{stage}: {report}")
                continue
            for kind, files in report.items():
                for path, state in files.items():
                    if state not in ABSENT or _in_git(path, tracked):
                        lines.append(f"{stage}: {kind}: {path}: {state}")
    return lines


def strangers(followed: Sequence[Followed], tracked: set[str]) -> list[str]:
    """Results in git that are not those that provenance/ describes, one line each."""
    return [
        f"provenance/{one.record}.json: describes another {one.now.path}"
        for one in followed
        if _in_git(one.now.path, tracked) and Path(one.now.path).exists() and hash_of(Path(one.now.path)) != one.hash
    ]


def other_models(followed: Sequence[Followed], folder: Path = FOLDER) -> list[str]:
    """Networks that come with the package and are not the trained ones, one line each."""
    trained = {one.now.path: one.hash for one in followed}
    return [
        f"{path.name}: it is not models/{path.stem}: dvc repro -s stages/shipping/dvc.yaml"
        for path in sorted(folder.glob("*.safetensors"))
        if told_of(path).get("model") != trained.get(f"models/{path.stem}")
    ]


def _in_git(result: str, tracked: set[str]) -> bool:
    return result in tracked or any(name.startswith(f"{result}/") for name in tracked)


def stale(followed: Sequence[Followed], root: Path) -> dict[str, str]:
    """Records of results whose code has changed since they were made and was not proven equal: of each, a result."""
    codes = codes_of(calls_of(root, params_of(root)), root)
    return {one.record: one.now.path for one in followed if not is_fresh(one, codes)}


def made_at(followed: Sequence[Followed], found: Mapping[str, Mapping[str, Any]]) -> str:
    """On which kinds of processor and at which commits the results were made, and how often they were carried since,
    in one line."""
    kinds = Counter(str(record["processor"]) for record in found.values())
    commits = Counter(
        f"{str(record['commit'])[:8]}{' with uncommitted changes' if record['uncommitted'] else ''}"
        for record in found.values()
    )
    times = Counter(
        max(one.times for one in followed if one.record == name) for name in {one.record for one in followed}
    )
    carried = Counter({f"carried {HOW_OFTEN.get(n, f'{n} times')}": count for n, count in times.items() if n})
    counted = (", ".join(f"{count} {name}" for name, count in one.most_common()) for one in (kinds, commits, carried))
    return " · ".join(filter(None, counted))


def not_as_said(folder: Path, here: Path) -> list[str]:
    """Carried files whose digests are not those of their commits' code, one line each. Commits that a shallow clone
    lacks are left out."""
    lines = []
    contents = {path: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    commits = {content[end] for content in contents.values() for end in ("from", "to")}
    asked = parallel_map(digests_at, [(commit, here) for commit in commits], ordered=True, threads=True, stay_here=True)
    digests = dict(zip(commits, asked, strict=True))
    for path, content in contents.items():
        for end, key in (("from", "was"), ("to", "is")):
            made = digests[content[end]]
            if made is not None and not all(
                code_of(result, made["makes"]) == one[key]
                for one in content["code"]
                for result in (one["results"] if end == "from" else one["results"].values())
            ):
                lines.append(f"{CARRIED / path.name}: its digests are not those of {content[end][:8]}")
    return lines


def problems(found: Mapping[str, Mapping[str, Any]], root: Path) -> list[str]:
    """Everything that does not belong together, one line each.

    Args:
        found: the records of provenance/.
    """
    if not list(root.glob("dvc.lock")):
        return ["there is no dvc.lock: run `dvc repro`"]
    tracked, followed = set(git("ls-files").splitlines()), follow(found, steps_in(root / CARRIED))
    lines = mismatches(json.loads(dvc("status", "--json", quiet=True)), tracked)
    lines += strangers(followed, tracked) + other_models(followed) + not_as_said(root / CARRIED, root)
    idle = found.keys() - {one.record for one in followed}
    lines += [f"provenance/{name}.json: describes nothing that is there: delete it" for name in sorted(idle)]
    return lines + [
        f"{name}: stale: the code of {path} has changed since {str(found[name]['commit'])[:8]}"
        for name, path in sorted(stale(followed, root).items())
    ]


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = records()
    wrong = problems(found, Path.cwd())
    if wrong:
        sys.exit(
            "error: results do not match the code; run their stages (dvc repro --force --single-item STAGE), or prove "
            "the code equal (make carry):\n" + "\n".join(wrong)
        )
    print("the locks and provenance/ match params.yaml, the code and the results")
    print(f"{len(found)} records: {made_at(follow(found, steps_in(CARRIED)), found)}")


if __name__ == "__main__":
    report_in_one_line(main)
