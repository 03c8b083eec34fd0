"""`maestro-lstm evaluate`: how well a network predicts the user's own MIDI files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from maestro_lstm.corpus.folder import midi_files
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.plumbing.progress import progress


def evaluate(
    files: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    network: Annotated[str, Parameter(alias="-n")] = "performer",
) -> None:
    """Tell how well a network predicts your MIDI files: how many nats it needs for each, the fewer the better.

    Parameters
    ----------
    files:
        MIDI files of yours, or folders of them.
    network:
        performer or best, which have MAESTRO's test split beside yours, or the file of a network that you trained.
    """
    # here: `--help` need not wait for torch
    from maestro_lstm.corpus.maestro import RELEASES
    from maestro_lstm.trained.load import NoteNetwork, load
    from maestro_lstm.trained.network import Prediction

    trained = load(network)
    plays = isinstance(trained, NoteNetwork)
    head = ("", "notes", "nats an event", "nats a note") if plays else ("", "symbols", "nats a symbol", "accuracy")

    def cells(one: Prediction) -> tuple[str, ...]:
        if plays:
            return f"{one.steps:,}", "" if one.nats_event is None else f"{one.nats_event:.3f}", f"{one.nats:.2f}"
        return f"{one.steps:,}", f"{one.nats:.3f}", f"{one.accuracy:.2f} %"

    rows, remarks, unread = [], [], []
    found = list(_files(files))
    for file in progress(found, "evaluate", unit="file") if len(found) > 1 else found:
        try:
            rows.append((str(file), *cells(trained.predict(file))))
            if trained.known and (split := RELEASES["3.0.0"].split_of(file.read_bytes())):
                heard = "the network learned from it" if split == "train" else "the network has not heard it"
                remarks.append(f"{file} is of MAESTRO's {split} split: {heard}")
        except BadMidi as error:
            unread.append(str(error))
    if not rows:
        raise UserError("; ".join(unread))
    known = trained.known
    if "test" in known.get("figures", {}):
        accuracy = f"{known['accuracy']['test']:.2f} %" if "accuracy" in known else ""
        rows.append(("MAESTRO's test split", "", f"{known['figures']['test']:.3f}", accuracy))
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    for name, *numbers in (head, *rows):
        print("  ".join([name.ljust(widths[0]), *(map(str.rjust, numbers, widths[1:]))]).rstrip())
    for line in (*remarks, *(f"left out: {problem}" for problem in unread)):
        print(line)


def _files(given: list[Path]) -> Iterator[Path]:
    """The files, and those in the folders. Raises UserError for a folder without any."""
    for path in given:
        found = midi_files(path) if path.is_dir() else [path]
        if not found:
            raise UserError(f"{path} holds no MIDI file")
        yield from found
