"""Every training of the study: the paper's experiments, what explains them, the final networks and the extensions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maestro_lstm.params.params import SWEEPS, Params
from maestro_lstm.plumbing.choices import VOCABULARY_OF
from maestro_lstm.study import plateau
from maestro_lstm.study.extensions import EXTENSIONS, Rates, candidates, factors_of
from maestro_lstm.study.final import plan_of
from maestro_lstm.study.paper import Choices, sweep_candidates
from maestro_lstm.training.settings import Settings


@dataclass(frozen=True)
class StudyTraining:
    """A run of the study.

    Attributes:
        call: of its stage, such as sweep_optimizer, by which provenance/ and tables are named.
        candidate: the first cells of its rows, as text.
        rule: of the chords it learns, where rules are compared.
    """

    call: str
    candidate: Mapping[str, str]
    settings: Settings
    rule: str = ""

    @property
    def name(self) -> str:
        return f"{self.call}: {' '.join([*self.candidate.values(), f'seed {self.settings.seed}'])}"

    @property
    def of_performances(self) -> bool:
        return VOCABULARY_OF[self.settings.kind] == "performances"

    @property
    def is_small(self) -> bool:
        """Whether it takes a minute, and not hours: one of the paper's size."""
        return self.settings.fits_compiled


def all_trainings(params: Params, chosen: Choices, rates: Rates) -> Iterator[StudyTraining]:
    """All that are small; of the others, each with its first seed.

    Args:
        chosen: the experiments' winners.
        rates: as for `extensions.candidates`.
    """
    for sweep in SWEEPS:
        for candidate, runs in sweep_candidates(params, sweep, chosen).items():
            yield from _kept(f"sweep_{sweep}", {"candidate": candidate}, runs)
    for name in plateau.CROSSINGS:
        for values, runs in plateau.candidates(params, name).items():
            named = dict(zip(plateau.factors_of(params, name), values, strict=True))
            yield from _kept(f"explain_{name}", named, runs)
    for network in params.networks:
        yield from _kept(f"train_{network}", {}, plan_of(params, network, chosen).runs)
    for extension in EXTENSIONS:
        for values, runs in candidates(params, extension, rates).items():
            named = dict(zip(factors_of(extension), values, strict=True))
            yield from _kept(f"extend_{extension}", named, runs, str(named.get("rule", "")))


def _kept(call: str, candidate: Mapping[str, Any], runs: Sequence[Settings], rule: str = "") -> Iterator[StudyTraining]:
    words = {name: str(value) for name, value in candidate.items()}
    for run in runs:
        if run.fits_compiled or run.seed == runs[0].seed:
            yield StudyTraining(call, words, run, rule)
