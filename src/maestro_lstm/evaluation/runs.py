"""What a trained run scores in the experiments (paper §4.3)."""

from typing import Any

from maestro_lstm.evaluation.likelihood import evaluate, spaced_windows
from maestro_lstm.model.predictors import predictor
from maestro_lstm.symbols.vocabulary import Ids
from maestro_lstm.training.run_cache import Run


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
