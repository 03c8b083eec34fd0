"""What depth and width are worth, over symbols and over processor time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from maestro_lstm.export.style import GROUPS, drawn
from maestro_lstm.plumbing.tables import markdown

SIZE = ["layers", "hidden"]
Size = tuple[Any, ...]  # layers, hidden units
DASHES = ("-", "--", ":", "-.")  # a layer, two, …
MARKS = ("o", "s", "^", "D")  # the same


def ends(runs: pd.DataFrame, cost: pd.DataFrame, rates: Mapping[Size, float]) -> pd.DataFrame:
    """Of each size at its peak rate: symbols, seconds of processor time, accuracy and nats on validation, each the mean
    over seeds.

    Args:
        runs: the figures of every run, its size and seed among them, and its rate where there are several.
        cost: what each run's points of the curve took.
        rates: of each size.
    """
    keys = [*SIZE, *(["rate"] if "rate" in runs else []), "seed"]
    last = cost.groupby(keys)[["symbols", "seconds"]].max()
    whole = runs.set_index(keys)[["accuracy", "nats"]].join(last).reset_index()
    own = pd.Series([rates[size] for size in whole[SIZE].itertuples(index=False, name=None)], whole.index)
    chosen = whole[whole["rate"] == own] if "rate" in whole else whole.assign(rate=own)
    return chosen.drop(columns="seed").groupby(SIZE).mean().reset_index()


def search_as_text(
    sizes: Sequence[Size], tried: Sequence[float], nats: Mapping[tuple[Any, ...], float], rates: Mapping[Size, float]
) -> str:
    """The nats of each size on validation by peak rate, in Markdown; the fewest in bold.

    Args:
        nats: by layers, hidden units and rate; without those that diverged.
        rates: with the fewest nats, by size.
    """
    rows = []
    for size in sizes:
        cells = [f"{nats[*size, rate]:.3f}" if (*size, rate) in nats else "diverged" for rate in tried]
        best = tried.index(rates[size])
        cells[best] = f"**{cells[best]}**"
        rows.append([f"{size[0]} × {size[1]}", *cells])
    return markdown(("size", *(f"{rate:g}" for rate in tried)), rows)


def budgets_as_text(short: pd.DataFrame, long: pd.DataFrame) -> str:
    """What each size reaches after how many symbols and seconds, in Markdown: `ends` of the shorter trainings, which
    found its rate, and of the longer ones."""
    both = short.merge(long, on=SIZE, suffixes=("", "_long"))
    rows = [
        [
            f"{row['layers']} × {row['hidden']}",
            *(
                cell
                for end in ("", "_long")
                for cell in (
                    f"{row['rate' + end]:g}",
                    f"{row['seconds' + end]:,.0f} s",
                    f"{row['accuracy' + end]:.2f} %",
                    f"{row['nats' + end]:.3f}",
                )
            ),
        ]
        for row in both.to_dict("records")
    ]
    after = [f"{table['symbols'].iloc[0] / 1e6:.1f} M symbols" for table in (short, long)]
    head = [cell for symbols in after for cell in (f"{symbols}: rate", "processor", "accuracy", "nats")]
    return markdown(("size", *head), rows)


def seconds_as_text(costs: Mapping[Any, pd.DataFrame]) -> str:
    """What an update of each variant takes, and how many times that of the first, in Markdown.

    Args:
        costs: of each sweep of variants, what each run's points of the curve took.
    """
    rows = []
    for sweep, cost in costs.items():
        last = cost.groupby(["variant", "seed"], sort=False)[["symbols", "seconds"]].max()
        each = (1e6 * last["seconds"] / last["symbols"]).groupby("variant", sort=False).mean()  # µs
        rows += [[str(sweep), str(name), f"{one:.0f} µs", f"{one / each.iloc[0]:.2f}"] for name, one in each.items()]
    return markdown(("sweep", "variant", "processor time a step", "times the first"), rows, text_columns=2)


def cost_picture(cost: pd.DataFrame, budgets: pd.DataFrame) -> bytes:
    """The loss as it came, over symbols and over seconds, a line per size; and accuracy on validation over seconds:
    hollow, of the shorter trainings, which are runs of their own.

    Args:
        cost: of the longer trainings.
        budgets: `ends` of both.
    """
    looks: Mapping[Any, str] = dict(zip(sorted(cost["hidden"].unique()), (color for color, _ in GROUPS), strict=False))
    sizes = dict(_by_size(budgets))
    with drawn(12, 3) as (figure, (symbols, seconds, accuracy), file):
        for (layers, hidden), rows in _by_size(cost):
            look: dict[str, Any] = {"color": looks[hidden], "linestyle": DASHES[(layers - 1) % 4], "linewidth": 1}
            means = rows.groupby("symbols")[["seconds", "nats"]].mean().reset_index()
            symbols.plot(means["symbols"], means["nats"], **look, label=f"{layers} × {hidden}")
            seconds.plot(means["seconds"], means["nats"], **look)
            marks: dict[str, Any] = {**look, "marker": MARKS[(layers - 1) % 4], "markersize": 5, "linestyle": ""}
            own = sizes[layers, hidden]
            longest = own["symbols"] == own["symbols"].max()
            for some, face in ((own[longest], looks[hidden]), (own[~longest], "none")):
                accuracy.plot(some["seconds"], some["accuracy"], **marks, markerfacecolor=face)
        symbols.set(xlabel="symbols", title="nats a symbol, in training", xscale="log", ylim=(None, 3))
        seconds.set(
            xlabel="seconds of processor time", title="nats a symbol, in training", xscale="log", ylim=(None, 3)
        )
        accuracy.set(xlabel="seconds of processor time", title="accuracy on validation, percent", xscale="log")
        figure.legend(*symbols.get_legend_handles_labels(), loc="outside right upper", frameon=False, fontsize=8)
    return file.getvalue()


def _by_size(table: pd.DataFrame) -> Iterator[tuple[tuple[int, int], pd.DataFrame]]:
    for layers, hidden in table[SIZE].drop_duplicates().itertuples(index=False):
        yield (layers, hidden), table[(table["layers"] == layers) & (table["hidden"] == hidden)]
