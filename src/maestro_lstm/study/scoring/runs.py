"""What a trained run scores in the experiments (paper §4.3) and among the wishes."""

from typing import Any

from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.model.networks.predictors import predictor
from maestro_lstm.model.training.store import Run
from maestro_lstm.model.training.tasks import lengths_of
from maestro_lstm.study.scoring.evaluation import evaluate, spaced_windows

STRETCH = 2500  # symbols: long enough for a carried state to matter


def score(run: Run, validation_ids: Ids, every: int) -> dict[str, Any]:
    """Figures of a run's last weights on spaced windows of the validation split: seed, accuracy (percent), nats,
    distinct, next_share (percent), loss (last smoothed).

    The experiments use the network after the last update (§4.3); only the final training keeps the lowest loss.
    """
    settings = run.settings
    network = predictor(run.last, settings.engine, settings.device)
    scores = evaluate(network, *spaced_windows(validation_ids, settings.seq_len, every)).rounded()
    figures = {key: scores[key] for key in ("accuracy", "nats", "distinct", "next_share")}
    return {"seed": settings.seed, **figures, "loss": round(run.loss, 4)}


def score_wish(run: Run, train_symbols: int, validation_ids: Ids, every: int) -> dict[str, Any]:
    """Figures of a run's last weights on validation, and what they cost: seed, accuracy (percent), accuracy_pitches,
    nats, distinct, next_share (percent), symbols (predicted), weights, updates, symbols_seen.

    Args:
        train_symbols: of the split that it was trained on.
        every: one stretch of STRETCH symbols in this many is scored, whatever the candidate's T; 1: the whole split.
    """
    use_cores(1)
    settings = run.settings
    looked_at = validation_ids[:-1], validation_ids[1:]
    if every > 1:
        looked_at = spaced_windows(validation_ids, max(1, min(STRETCH, len(validation_ids) // every)), every)
    scores = evaluate(predictor(run.last, settings.engine, settings.device), *looked_at).rounded()
    lengths = lengths_of(settings, train_symbols)
    return {
        "seed": settings.seed,
        **{key: scores[key] for key in ("symbols", "accuracy", "accuracy_pitches", "nats", "distinct", "next_share")},
        "weights": sum(weight.numel() for weight in run.last.values()),
        "updates": len(lengths),
        "symbols_seen": int(lengths.sum()) * settings.batch,
    }
