"""`maestro-lstm evaluate`: how well a network predicts the user's own MIDI files."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from maestro_lstm.data.midi.notes import read_bytes
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.shipped.networks import network_file, told_of
from maestro_lstm.weights.checkpoint import load_checkpoint, read_checkpoint

Row = tuple[str, ...]


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
    use_cores(1)
    path = network_file(network)
    plays = read_checkpoint(path).settings["kind"] == "performer"
    head = ("", "notes", "nats an event", "nats a note") if plays else ("", "symbols", "nats a symbol", "accuracy")
    row_of = _played(path) if plays else _written(path)
    rows, unread = [], []
    for file in files:
        try:
            rows.append((str(file), *row_of(file)))
        except BadMidi as error:
            unread.append(f"left out: {error}")
    told = told_of(path)
    if "test" in told.get("figures", {}):
        accuracy = f"{told['accuracy']['test']:.2f} %" if "accuracy" in told else ""
        rows.append(("MAESTRO's test split", "", f"{told['figures']['test']:.3f}", accuracy))
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    for name, *numbers in (head, *rows):
        print("  ".join([name.ljust(widths[0]), *(map(str.rjust, numbers, widths[1:]))]).rstrip())
    for line in unread:
        print(line)


def _played(path: Path) -> Callable[[Path], Row]:
    from maestro_lstm.data.performances.events import to_events
    from maestro_lstm.data.performances.performance import Performance
    from maestro_lstm.data.performances.reading import guarded_performance
    from maestro_lstm.data.performances.rows import KEYS, on_the_piano
    from maestro_lstm.data.performances.steps import to_steps
    from maestro_lstm.study.performances.scoring import cost_of
    from maestro_lstm.weights.performer import load_performer

    player = load_performer(path)
    folded = player.pitches == KEYS

    def row_of(file: Path) -> Row:
        whole = guarded_performance(read_bytes(file), str(file), "folded" if folded else "events")
        there = on_the_piano(whole.pitch)
        piece = Performance(whole.onset[there], whole.release[there], whole.pitch[there], whole.velocity[there])
        if not piece.is_note.any():
            raise BadMidi(f"{file}: no note on the piano's 88 keys")
        nats, notes = float(cost_of(player, [piece]).nats.sum()), int(piece.is_note.sum())
        an_event = f"{nats / len(to_events(to_steps(piece))):.3f}" if folded else ""
        return f"{notes:,}", an_event, f"{nats / notes:.2f}"

    return row_of


def _written(path: Path) -> Callable[[Path], Row]:
    from maestro_lstm.data.vocabulary.symbols import END, ID_OF_SYMBOL
    from maestro_lstm.model.networks.predictors import predictor
    from maestro_lstm.music.composing.primers import from_midi
    from maestro_lstm.study.scoring.evaluation import evaluate as scores_of

    reader: Any = predictor(load_checkpoint(path).weights, "compiled", "cpu")

    def row_of(file: Path) -> Row:
        symbols = [END, *from_midi(read_bytes(file), str(file)).symbols]
        ids = np.array([ID_OF_SYMBOL[symbol] for symbol in symbols], np.uint8)
        scores = scores_of(reader, ids[:-1], ids[1:])
        return f"{scores.symbols:,}", f"{scores.nats:.3f}", f"{scores.accuracy:.2f} %"

    return row_of
