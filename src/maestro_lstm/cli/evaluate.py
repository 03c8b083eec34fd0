"""`maestro-lstm evaluate`: how well a network predicts the user's own MIDI files."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from maestro_lstm.plumbing.errors import BadMidi


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
        MIDI files of yours.
    network:
        performer or best, which have MAESTRO's test split beside yours, or the file of a network that you trained.
    """
    # here: `--help` need not wait for torch
    from maestro_lstm.trained.load import NoteNetwork, load
    from maestro_lstm.trained.network import Prediction

    trained = load(network)
    plays = isinstance(trained, NoteNetwork)
    head = ("", "notes", "nats an event", "nats a note") if plays else ("", "symbols", "nats a symbol", "accuracy")

    def cells(one: Prediction) -> tuple[str, ...]:
        if plays:
            return f"{one.steps:,}", "" if one.nats_event is None else f"{one.nats_event:.3f}", f"{one.nats:.2f}"
        return f"{one.steps:,}", f"{one.nats:.3f}", f"{one.accuracy:.2f} %"

    rows, unread = [], []
    for file in files:
        try:
            rows.append((str(file), *cells(trained.predict(file))))
        except BadMidi as error:
            unread.append(f"left out: {error}")
    known = trained.known
    if "test" in known.get("figures", {}):
        accuracy = f"{known['accuracy']['test']:.2f} %" if "accuracy" in known else ""
        rows.append(("MAESTRO's test split", "", f"{known['figures']['test']:.3f}", accuracy))
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    for name, *numbers in (head, *rows):
        print("  ".join([name.ljust(widths[0]), *(map(str.rjust, numbers, widths[1:]))]).rstrip())
    for line in unread:
        print(line)
