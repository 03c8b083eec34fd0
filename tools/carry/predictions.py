"""What networks say, before any rounding: a change in the last bit shows here, and not in a table."""

from pathlib import Path

import numpy as np
import torch

from maestro_lstm.evaluation.likelihood import guesses
from maestro_lstm.evaluation.note_likelihood import cost_of
from maestro_lstm.generation.player import Player
from maestro_lstm.generation.sampling import PLAIN_NOTES
from maestro_lstm.model.checkpoint import load_checkpoint, load_performer
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.predictors import predictor
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.plumbing.arrays import Arrays, save_arrays
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.note_tokens import to_rows
from maestro_lstm.tokens.quantize import quantize

SYMBOLS, PIECES, NOTES = 20_000, 2, 200


def predict(symbols: Path, notes: Path, target: Path) -> None:
    """Of a network of symbols and of one of notes, on the encoded splits and performances of the current directory."""
    use_cores(1)
    save_arrays(target, of_symbols(symbols) | of_notes(notes), {})


def of_symbols(model: Path) -> Arrays:
    """Evaluated, and as music is sampled from it."""
    weights, ids = load_checkpoint(model).weights, np.asarray(load_ids(Path("data/encoded/test.safetensors")))[:SYMBOLS]
    made = guesses(predictor(weights), ids[:-1], ids[1:])
    scores, (h, c, *_) = Stepper(weights).scores(ids[:NOTES, None])
    return {
        "symbols.best": made.best,
        "symbols.sure": made.sure,
        "symbols.likelihood": made.likelihood,
        "symbols.stepped": scores,
        "symbols.h": h,
        "symbols.c": c,
    }


def of_notes(model: Path) -> Arrays:
    network = load_performer(model)
    pieces = [piece for piece, _ in zip(open_performances(Path("data/performances/test")), range(PIECES), strict=False)]
    cost = cost_of(network, pieces)
    player = Player(network, [0, 1], PLAIN_NOTES)
    player.feed(to_rows(quantize(pieces[0].beginning(10))))
    played = [np.stack(player.play()) for _ in range(NOTES)]
    assert player.state is not None
    h, c, *_ = (torch.as_tensor(part).numpy() for part in player.state)
    return {
        "notes.nats": cost.nats,
        "notes.right": cost.right,
        "notes.played": np.stack(played),
        "notes.h": h,
        "notes.c": c,
    }
