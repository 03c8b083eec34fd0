"""What a trained run scores: in the paper's experiments (§4.3), and beyond them as a whole and piece by piece."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from maestro_lstm.evaluation.breakdown import Groups, event_counts, over_runs, tally
from maestro_lstm.evaluation.likelihood import evaluate, guesses, spaced_places, spaced_windows, summarise
from maestro_lstm.evaluation.note_likelihood import carried_nats
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.predictors import predictor
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.relabel import relabelled
from maestro_lstm.tokens.transpose import bounds_of
from maestro_lstm.tokens.vocabulary import END_ID, NEXT_ID, SYMBOLS, Ids
from maestro_lstm.training.note_task import initial_network
from maestro_lstm.training.run_cache import Run
from maestro_lstm.training.tasks import lengths_of


def score(run: Run, validation_ids: Ids, every: int) -> dict[str, Any]:
    """Figures of a run's last weights on spaced windows of the validation split: seed, accuracy (percent), nats,
    distinct, next_share (percent), loss (last smoothed).

    The experiments use the network after the last update (§4.3); only the final training keeps the lowest loss.
    """
    settings = run.settings
    network = predictor(run.last, settings.engine, settings.device)
    validation_ids = relabelled(validation_ids, settings.next_kept)
    scores = evaluate(network, *spaced_windows(validation_ids, settings.seq_len, every)).rounded()
    figures = {key: scores[key] for key in ("accuracy", "nats", "distinct", "next_share")}
    return {"seed": settings.seed, **figures, "loss": round(run.loss, 4)}


STRETCH = 2500  # symbols: long enough for a carried state to matter


def score_extension(
    run: Run, train_symbols: int, validation_ids: Ids, every: int
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Figures of a run's last weights on validation, and what they cost: seed, accuracy (percent), accuracy_pitches,
    nats, distinct, next_share (percent), symbols (predicted), weights, updates, symbols_seen. And its sums over each
    piece, as `breakdown.tally` makes them.

    Args:
        train_symbols: of the split that it was trained on.
        every: one stretch of STRETCH symbols in this many is scored, whatever the candidate's T; 1: the whole split.
    """
    use_cores(1)
    settings = run.settings
    at = np.arange(len(validation_ids) - 1)
    if every > 1:
        stretch = max(1, min(STRETCH, len(validation_ids) // every))
        at = spaced_places(len(validation_ids), stretch, every)
    inputs, targets = validation_ids[at], validation_ids[at + 1]
    made = guesses(predictor(run.last, settings.engine, settings.device), inputs, targets)
    scores = summarise(made, targets).rounded()
    piece = np.searchsorted(bounds_of(validation_ids), at + 1, side="right") - 1
    pieces = Groups("piece", [str(k) for k in range(piece.max() + 1)], piece)
    lengths = lengths_of(settings, train_symbols)
    figures = {
        "seed": settings.seed,
        **{key: scores[key] for key in ("symbols", "accuracy", "accuracy_pitches", "nats", "distinct", "next_share")},
        "weights": sum(weight.numel() for weight in run.last.values()),
        "updates": len(lengths),
        "symbols_seen": int(lengths.sum()) * settings.batch,
    }
    return figures, tally(made, targets, [pieces])


def score_notes(run: Run, folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Figures of a run of performances on a split, its last weights and the state carried: seed, symbols (events of the
    split), nats (an event), weights, updates, symbols_seen (notes or events). And those of each piece: symbols,
    nats.
    """
    use_cores(1)
    settings, pieces = run.settings, list(open_performances(folder))
    network = initial_network(settings)
    network.load_state_dict(run.last, strict=True)
    events = event_counts(pieces)  # (P,)
    nats = carried_nats(network, pieces, settings.device)  # (P,)
    figures = {
        "seed": settings.seed,
        "symbols": int(events.sum()),
        "nats": round(float(nats.sum() / events.sum()), 4),
        "weights": sum(weight.numel() for weight in run.last.values()),
        "updates": run.curve[-1].update,
        "symbols_seen": run.steps[-1],
    }
    return figures, pd.DataFrame({"symbols": events, "nats": nats / events}).rename_axis("piece")


def piece_rows(tallies: Sequence[pd.DataFrame]) -> list[dict[str, Any]]:
    """The mean of several seeds' tallies, a row per piece: piece, symbols, accuracy (percent), nats."""
    return [
        {"piece": row["group"], **{key: row[key] for key in ("symbols", "accuracy", "nats")}}
        for row in over_runs(tallies)
        if row["by"] == "piece"
    ]


def note_piece_rows(tables: Sequence[pd.DataFrame]) -> list[dict[str, Any]]:
    """The mean of several seeds' figures by piece, as `score_notes` makes them."""
    nats = np.mean([table["nats"] for table in tables], axis=0).round(4)
    rows = enumerate(zip(tables[0]["symbols"].tolist(), nats.tolist(), strict=True))
    return [{"piece": k, "symbols": symbols, "nats": cost} for k, (symbols, cost) in rows]


def order_nats(ids: Ids) -> npt.NDArray[np.float64]:
    """What it takes at most to say in which order each chord names its pitches, with all orders alike: the logarithm of
    how many there are.

    Args:
        ids: (S,), each piece ending with `<END>`.

    Returns: (P,) nats of each piece.
    """
    is_mark = (ids == NEXT_ID) | (ids == END_ID)
    chord = (np.cumsum(is_mark) - is_mark)[~is_mark]  # of each pitch; a mark closes one
    piece = (np.cumsum(ids == END_ID) - (ids == END_ID))[is_mark]  # of each chord
    pitches, times = np.unique(chord * len(SYMBOLS) + ids[~is_mark], return_counts=True)
    log_factorial = np.append(0, np.cumsum(np.log(np.arange(1, len(ids) + 1))))
    orders = log_factorial[np.bincount(chord, minlength=len(piece))]
    alike = np.bincount(pitches // len(SYMBOLS), log_factorial[times], len(piece))  # of a pitch named several times
    return np.bincount(piece, orders - alike).astype(np.float64)
