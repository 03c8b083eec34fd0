"""Who escapes from the plateau? A law, with one number that is fitted on half of the seeds and tried on all else.

With the softmax taken twice, the gradient of a network that is sure of itself vanishes, update by update. Adam divides
it by its own size, so that the steps do not vanish with it, until ε is what it divides by. A seed that nothing stops
escapes when its gradient has fallen to some norm: its *escape norm*, read from the run with the least ε. The law: with
another ε it escapes if and only if that norm is above a factor times ε.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pandas as pd

from maestro_lstm.export.style import GROUPS, drawn
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.report.plateau import Outcome

SAID = ("accuracy", "next_probability", "distinct")  # of a probe: what does not depend on the scale of the loss
Norms = Mapping[int, float]  # seed -> escape norm; 0: it has none, as it never escaped


@dataclass(frozen=True)
class Trial:
    """A run as the law sees it."""

    norm: float  # the escape norm of its seed
    epsilon: float  # over the scale of its loss, which its gradient has, too
    escaped: bool
    stays: bool  # predicts a single symbol at the end, on validation

    def foretold(self, factor: float) -> bool:
        """Whether the law says that it escapes."""
        return self.norm > factor * self.epsilon


def escape_norms(least: Sequence[Outcome]) -> Norms:
    """Of every seed, from its runs with the least ε."""
    return {one.seed: one.gradient_norm if one.escaped_at else 0.0 for one in least}


def trials(norms: Norms, by_epsilon: Iterable[tuple[float, Sequence[Outcome]]]) -> list[Trial]:
    """Runs with each ε, of the seeds that have a norm."""
    return [
        Trial(norms[run.seed], epsilon, run.escaped_at is not None, run.stays)
        for epsilon, runs in by_epsilon
        for run in runs
        if run.seed in norms
    ]


def right(tried: Sequence[Trial], factor: float) -> int:
    """For how many the law is right."""
    return sum(one.foretold(factor) == one.escaped for one in tried)


def most_do(tried: Sequence[Trial]) -> int:
    """For how many it is right to say what most with the same ε do, known afterwards."""
    escaped: dict[float, list[bool]] = {}
    for one in tried:
        escaped.setdefault(one.epsilon, []).append(one.escaped)
    return sum(max(sum(own), len(own) - sum(own)) for own in escaped.values())


def fitted(tried: Sequence[Trial]) -> float:
    """The factor for which the law is right most often; the (geometric) middle of the widest range that is as good. NaN
    where no seed has an escape norm, and so none escapes."""
    ratios = sorted({one.norm / one.epsilon for one in tried if one.norm})
    if not ratios:
        return math.nan
    ends = [ratios[0] / 10, *ratios, ratios[-1] * 10]  # between two neighbours every factor says the same
    spans = list(pairwise(ends))
    scores = [right(tried, math.sqrt(low * high)) for low, high in spans]
    ranges = []
    for best, places in groupby(range(len(spans)), key=lambda k: scores[k] == max(scores)):
        if best:
            good = [spans[k] for k in places]
            ranges.append((good[0][0], good[-1][1]))
    low, high = max(ranges, key=lambda span: span[1] / span[0])
    return math.sqrt(low * high)


@dataclass(frozen=True)
class Tried:
    """What came of an ε."""

    epsilon: float
    share: float  # of its runs that escape
    low: float  # 95 %, Wilson's
    high: float
    foretold: float  # by the law


def tried(norms: Norms, epsilon: float, factor: float, runs: Sequence[Outcome]) -> Tried:
    """Runs with an ε, and what the law says of them, from the escape norms of their seeds."""
    from scipy.stats import binomtest

    escaped = sum(run.escaped_at is not None for run in runs)
    span = binomtest(escaped, len(runs)).proportion_ci(method="wilson")
    foretold = sum(norm > factor * epsilon for norm in norms.values()) / len(norms)
    return Tried(epsilon, escaped / len(runs), float(span.low), float(span.high), foretold)


def law_as_text(tested: Mapping[str, Sequence[Trial]], factor: float) -> str:
    """For how many runs of each group the law is right, in Markdown, beside saying what most runs with their ε do."""
    rows = []
    for name, own in tested.items():
        counts = (sum(one.foretold(factor) for one in own), sum(one.escaped for one in own))
        rows.append(
            [
                name,
                str(len(own)),
                *map(str, counts),
                f"{right(own, factor)} of {len(own)}",
                f"{most_do(own)} of {len(own)}",
                f"{sum(one.stays for one in own)} of {len(own)}",
            ]
        )
    head = ("", "runs", f"escape by the law: norm above {factor:.1f} ε", "escape", "the law is right")
    return markdown((*head, "what most do is right", "collapsed at the end"), rows)


def control_as_text(
    scaled: Mapping[tuple[float, float], tuple[pd.DataFrame, Sequence[Outcome]]],
    plain: Mapping[float, tuple[pd.DataFrame, Sequence[Outcome]]],
) -> str:
    """Runs with a multiple of the loss beside those with a fraction of ε, in Markdown.

    Args:
        scaled: by ε and the loss's factor, probes and outcomes.
        plain: by ε.
    """
    rows = []
    for (epsilon, scale), (probes, own) in scaled.items():
        partner = next((one for one in plain if math.isclose(one, epsilon / scale, rel_tol=1e-9)), None)
        if partner is None:
            continue
        there, theirs = plain[partner]
        keys = ["seed", "update", *SAID]
        ours = probes[keys].reset_index(drop=True)
        apart = ours[(ours != there[keys].reset_index(drop=True)).any(axis=1)]
        alike = sum(one.escaped_at == other.escaped_at for one, other in zip(own, theirs, strict=True))
        rows.append(
            [f"{scale:g}", f"{epsilon:g}", f"{partner:g}"]
            + [f"{len(own) - apart['seed'].nunique()} of {len(own)}"]
            + ["" if apart.empty else f"{apart['update'].min():,}", f"{alike} of {len(own)}"]
            + [str(sum(one.escaped_at is not None for one in each)) for each in (own, theirs)]
        )
    head = ("loss ×", "ε", "should be as ε", "seeds alike in every probe", "first apart at update")
    return markdown((*head, "escape at the same probe", "escape", "there"), rows)


def escape_picture(
    least: pd.DataFrame, norms: Mapping[int, float], factor: float, tried: Mapping[str, Sequence[Tried]]
) -> bytes:
    """Who escapes: every seed's gradient with the least ε, down to where it escapes, and what larger ε stop; and how
    many escape by ε, with 95 % (Wilson), and by the law.

    Args:
        least: the probes of these runs.
        norms: each seed's escape norm; 0: it has none.
        factor: the law's.
        tried: by learning rate.
    """
    with drawn(10, 2) as (_, (run_panel, share_panel), file):
        for seed, run in least.groupby("seed"):
            norm = norms[int(str(seed))]
            down = run[run["update"] <= run["update"][run["gradient_norm"] == norm].max()] if norm else run
            run_panel.plot(down["update"], down["gradient_norm"], color="#999999", linewidth=0.8)
            if norm:
                run_panel.plot(down["update"].iloc[-1], norm, "o", color=GROUPS[0][0], markersize=5)
        for epsilon in (1e-6, 1e-8, 1e-10, 1e-12):
            run_panel.axhline(factor * epsilon, color=GROUPS[1][0], linewidth=1, linestyle="--")
            place: Any = ("axes fraction", "data")
            label = f"ε = {epsilon:g}: stays if below"
            run_panel.annotate(label, (0.01, factor * epsilon), (0, 3), place, "offset points", fontsize=8)
        run_panel.set(
            yscale="log", xlabel="update", title=f"gradient norm of {len(norms)} seeds, and where each escapes"
        )
        for (rate, points), (color, mark) in zip(tried.items(), GROUPS, strict=False):
            epsilons, shares = [one.epsilon for one in points], [one.share for one in points]
            spans = np.array([(one.share - one.low, one.high - one.share) for one in points]).T
            share_panel.errorbar(epsilons, shares, spans, fmt=mark, color=color, capsize=2, label=f"{rate} rate")
            share_panel.plot(epsilons, [one.foretold for one in points], color=color, linewidth=1, linestyle=":")
        share_panel.set(xscale="log", xlabel="Adam's ε", title="share of seeds that escape (dotted: the law)")
        share_panel.legend(frameon=False, fontsize=8)
    return file.getvalue()
