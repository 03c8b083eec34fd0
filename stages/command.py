"""What every stage's `main` is wrapped in: one stage at a time, and provenance recorded beside the results.

A user's error is one line and a non-zero exit, not a traceback.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from maestro_lstm.params.params import Params, load_params
from maestro_lstm.plumbing import torchrun
from maestro_lstm.plumbing.errors import BadSetting, NotMade, UserError, report_in_one_line
from maestro_lstm.plumbing.files import recorded, write_json
from maestro_lstm.plumbing.provenance import CARRIED, circumstances, follow, hashes, records, root_of, steps_in
from maestro_lstm.plumbing.sources import LIBRARY_FOLDER
from stages import paths

Word = TypeVar("Word", bound=str)


def run(main: Callable[[], None], shared: bool = False) -> None:
    """Run a stage.

    Args:
        shared: among several processes, where the environment asks for them.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    report_in_one_line(lambda: _run(main, shared))


def _run(main: Callable[[], None], shared: bool) -> None:
    if shared and torchrun.wanted():
        torchrun.launch(_module(main), sys.argv[1:])
        return
    if not torchrun.is_first():  # it takes part, and leaves what is written to the first
        main()
        return
    if not LIBRARY_FOLDER.is_relative_to(root_of(Path(main.__code__.co_filename).resolve())):
        raise UserError(f"the library is that in {LIBRARY_FOLDER}, not the one beside stages/: start it from there")
    with _alone(_name(main)), recorded() as written:
        made_with = circumstances(Path(main.__code__.co_filename).resolve())  # before: the code may change meanwhile
        try:
            main()
        except BadSetting as error:
            raise UserError(f"params.yaml: {error}") from None
        except NotMade as error:
            raise UserError(f"{error}: {'delete it and ' if error.is_there else ''}run `dvc repro -P`") from None
        # without the run cache, which other stages share, and files inside folders that have their final name by now
        results = {path for path in written if path.exists() and paths.RUNS not in path.parents}
        made = {**made_with, "results": hashes(results)}
        if not _says_so_already(made):
            write_json(paths.PROVENANCE / f"{_name(main)}.json", made)


def _says_so_already(made: Mapping[str, Any]) -> bool:
    """Whether the same code, or code that was proven equal to it, has made the same bytes before, perhaps on another
    machine: then what made them first stands, and a rerun of what was right is no change."""
    try:
        found = records(paths.PROVENANCE)
        followed = follow(found, steps_in(CARRIED))
    except UserError:  # a file there is damaged, or was changed by hand, as `make check-lock` will say
        return False
    said = {
        one.now.path: one.hash
        for one in followed
        if one.now.code == made["code"] and (made["uncommitted"] or not found[one.record]["uncommitted"])
    }
    return bool(made["results"]) and made["results"].items() <= said.items()


def _module(main: Callable[[], None]) -> str:
    """Of a stage's script, such as stages.train."""
    script = Path(main.__code__.co_filename).resolve()
    return ".".join(script.relative_to(root_of(script)).with_suffix("").parts)


def _name(main: Callable[[], None]) -> str:
    """This call of a stage, such as train_paper, report_plateau."""
    return "_".join([*_module(main).split(".")[1:], *sys.argv[1:]])


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Wait until no other stage is at work here, such as one whose `dvc repro` was killed.

    `dvc repro` itself refuses to run beside another one, but does not see a stage that one left behind.
    """
    paths.LOCK.parent.mkdir(parents=True, exist_ok=True)
    lock, who = FileLock(paths.LOCK), paths.LOCK.with_suffix(".txt")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        text = who.read_text() if who.exists() else "?"
        print(
            f"another stage is still running: {text}; waiting for it, `kill` it to go ahead",
            file=sys.stderr,
            flush=True,
        )
        lock.acquire()
    try:
        who.write_text(f"process {os.getpid()} ({name})")
        yield
    finally:
        lock.release()


def by_vocabulary(functions: Mapping[str, Callable[[Params, str], None]]) -> None:
    """Call what does the stage's work for the network that the command line names."""
    params = load_params()
    name = choice("network", tuple(params.networks))
    functions[params.networks[name].vocabulary](params, name)


def argument(meaning: str, place: int = 1) -> str:
    """A word of the command line."""
    if len(sys.argv) <= place:
        raise UserError(f"python -m stages.…: argument {place} is missing: {meaning}")
    return sys.argv[place]


def choice(meaning: str, words: Sequence[Word], place: int = 1) -> Word:
    """A word of the command line that must be one of `words`."""
    given = argument(meaning, place)
    for word in words:
        if word == given:
            return word
    raise UserError(f"{given} is not a {meaning}: use one of {', '.join(words)}")
