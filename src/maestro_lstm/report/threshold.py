"""Which symbol swallows all others? With a softmax of the softmax, the commonest one, if its lead is large enough.

Let a network say the same probabilities q, whatever came before. With shares r of the V symbols, and s times q taken
for scores, it loses −s q·r + ln Σ e^{s q_k} nats. To be sure of one symbol is the least loss if no other one is worth
any probability, which is where the derivatives say so: if the lead of the commonest over the next is

    r_1 − r_2 ≥ (e^s − 1) / (e^s + V − 1).

With the softmax once, no lead is enough: ln q falls without end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.report.plateau import Outcome
from maestro_lstm.tokens.vocabulary import Ids


@dataclass(frozen=True)
class Swallowed:
    """What came of a setting."""

    name: str
    symbols: int  # V
    lead: float
    sharpness: float
    runs: Sequence[Outcome]

    @property
    def needed(self) -> float:
        """The lead that the formula asks for."""
        return lead_needed(self.sharpness, self.symbols)


def lead_needed(sharpness: float, symbols: int) -> float:
    """How far the commonest of V symbols has to lead, as a difference of shares."""
    return math.expm1(sharpness) / (math.expm1(sharpness) + symbols)


def lead_of(ids: Ids) -> float:
    """By how much the commonest symbol leads the next, as a difference of shares."""
    second, first = np.sort(np.bincount(ids, minlength=2))[-2:]
    return float(first - second) / len(ids)


def threshold_as_text(settings: Sequence[Swallowed]) -> str:
    """What the formula says of each setting, and how many of its runs became sure of one symbol, in Markdown."""
    rows = []
    for one in settings:
        sure = sum(run.collapsed_at is not None for run in one.runs)
        left = sum(run.escaped_at is not None for run in one.runs)
        rows.append(
            [
                one.name,
                str(one.symbols),
                f"{100 * one.lead:.1f} %",
                f"{100 * one.needed:.1f} %",
                "yes" if one.lead >= one.needed else "no",
                f"{sure} of {len(one.runs)}",
                f"{left} of {len(one.runs)}",
                f"{sum(run.stays for run in one.runs)} of {len(one.runs)}",
            ]
        )
    head = ("", "symbols", "the commonest leads by", "needed", "swallows all?", "sure of it at some time", "escape")
    return markdown((*head, "collapsed at the end"), rows)
