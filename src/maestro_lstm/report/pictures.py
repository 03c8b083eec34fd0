"""The study's pictures (SVG), with titles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from maestro_lstm.export.style import GROUPS, drawn
from maestro_lstm.plumbing.choices import Output

Doubles = npt.NDArray[np.float64]
# of the palette of style.py; the dashes are for print
LOOKS: dict[Output, dict[str, Any]] = {
    "softmax": {"color": "#0072B2", "linestyle": "-"},
    "logits": {"color": "#E69F00", "linestyle": "--"},
}
LONG = 16  # letters of a tick's label: they stand aslant
TITLES: dict[Output, str] = {"softmax": "softmax twice (the paper)", "logits": "softmax once (corrected)"}


def _places(table: pd.DataFrame) -> dict[Any, int]:
    """The position of each setting along the axis, in the order of the table."""
    return {setting: k for k, setting in enumerate(dict.fromkeys(table["setting"]))}


def _groups(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, dict[str, Any]]]:
    """Each group's name, rows and style: hollow marks, so that overlapping ones can be seen."""
    for k, (name, rows) in enumerate(table.groupby(table["group"].astype(str), sort=False)):
        color, mark = GROUPS[k % len(GROUPS)]
        look = {"color": color, "marker": mark, "markersize": 4, "markerfacecolor": "none", "linewidth": 1}
        yield str(name), rows, look


def _limits(values: "pd.Series[float]") -> tuple[float, float]:
    """Of an axis that shows these and a margin; wide enough for a single value."""
    margin = 0.05 * (values.max() - values.min()) or 0.5
    return values.min() - margin, values.max() + margin


def tables_picture(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The paper's tables: the accuracy of each setting, one point per seed, the paper's figure, and always `<NEXT>`.

    Args:
        tables: by title, `Comparison.points` of its settings.
    """
    looks = {"paper": ("#000000", "D"), "ours": GROUPS[0]}
    with drawn(12, len(tables), sharey=True) as (figure, axes, file):
        for panel, (title, points) in zip(axes, tables.items(), strict=True):
            table = pd.DataFrame(points)
            settings = list(_places(table))
            for who, (color, mark) in looks.items():
                for k, setting in enumerate(settings):
                    found = table[(table["who"] == who) & (table["setting"] == setting)]["accuracy"]
                    # ours side by side, so that equal seeds can be counted; the paper's to the left
                    x = k + (np.linspace(0, 0.3, len(found)) if who == "ours" else np.full(len(found), -0.2))
                    panel.plot(x, found, mark, color=color, markersize=4, alpha=0.8, label=who if k == 0 else None)
            always = table[table["who"] == "always <NEXT>"]
            for k, share in zip(always["setting"].map(settings.index), always["accuracy"], strict=True):
                label = "always <NEXT>" if k == 0 else None
                panel.plot([k - 0.35, k + 0.45], [share, share], ":", color="black", linewidth=1, label=label)
            panel.set_title(title, fontsize=10)
            panel.set_xticks(range(len(settings)), settings)
        axes[0].set_ylabel("accuracy, percent")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    return file.getvalue()


def accuracy_picture(probes: Mapping[Output, pd.DataFrame], next_share: float) -> bytes:
    """Accuracy on the training windows that are probed, over updates, one line per run, for each output; and what
    always predicting `<NEXT>` scores there, percent."""
    with drawn(9, len(probes), sharey=True) as (_, axes, file):
        for panel, (output, table) in zip(axes, probes.items(), strict=True):
            for _, run in table.groupby("seed"):
                panel.plot(run["update"], run["accuracy"], linewidth=1, **LOOKS[output])
            panel.axhline(next_share, color="black", linewidth=1, linestyle=":")
            place: Any = ("axes fraction", "data")
            panel.annotate("always <NEXT>", (0.01, next_share), (0, 3), place, "offset points", fontsize=8)
            panel.set(xscale="log", xlabel="update", title=TITLES[output])
        axes[0].set_ylabel("accuracy on training windows, percent")
    return file.getvalue()


def collapse_picture(probes: Mapping[Output, pd.DataFrame], n_symbols: int) -> bytes:
    """The probability of `<NEXT>` and the gradient over updates, one line per run; and both losses over the probability
    of the right symbol."""
    with drawn(12, 3) as (_, (next_panel, gradient_panel, loss_panel), file):
        for output, table in probes.items():
            for k, (_, run) in enumerate(table.groupby("seed")):
                label = TITLES[output] if k == 0 else None
                next_panel.plot(run["update"], run["next_probability"], linewidth=1, label=label, **LOOKS[output])
                shown = run[run["gradient_norm"] > 0]
                gradient_panel.plot(shown["update"], shown["gradient_norm"], linewidth=1, **LOOKS[output])
        next_panel.set(xscale="log", xlabel="update", title="mean probability of <NEXT>", ylim=(0, 1.02))
        next_panel.legend(frameon=False, fontsize=8)
        gradient_panel.set(xscale="log", yscale="log", xlabel="update", title="gradient norm of a sequence")
        p = np.linspace(0.001, 1, 1000)
        loss_panel.plot(p, softmax_twice(p, n_symbols), **LOOKS["softmax"])
        loss_panel.plot(p, -np.log(p), **LOOKS["logits"])
        loss_panel.set(xlabel="probability of the right symbol", title="loss of one step, nats", ylim=(0, 6))
    return file.getvalue()


def softmax_twice(p: Doubles, n_symbols: int) -> Doubles:
    """The paper's loss in nats where the right symbol has the probability p and one other has all the rest: the cross
    entropy of (p, 1 − p, 0, …, 0), taken for scores."""
    return np.asarray(-p + np.log(np.exp(p) + np.exp(1 - p) + n_symbols - 2))


def extension_picture(
    title: str, points: Sequence[Mapping[str, Any]], names: Sequence[str], axes: Mapping[str, str]
) -> bytes:
    """Figures over a sweep's settings: one mark per run, a line through the means of each group.

    Runs with more than twice the nats of the best are off the panels: they would flatten the others.

    Args:
        points: `report.extensions.points`.
        names: of a candidate's values; the last is along the axis.
        axes: `report.extensions.axes`: which figures, and what they are called.
    """
    table = pd.DataFrame(points)
    seen = table[table["nats"] <= 2 * table["nats"].min()]
    place = _places(table)
    with drawn(9, len(axes)) as (figure, panels, file):
        figure.suptitle(title, fontsize=11)
        for panel, (measure, label) in zip(panels, axes.items(), strict=True):
            for group, rows, look in _groups(table):
                label_of = f"{names[0]}: {group}"
                panel.plot(rows["setting"].map(place), rows[measure], **look, linestyle="", label=label_of)
                means = rows.groupby("setting", sort=False)[measure].mean()
                if group:  # otherwise its settings are kinds, not a scale
                    panel.plot(means.index.map(place), means, color=look["color"], linewidth=1)
            panel.set(title=label, xlabel=names[-1])
            labels = [str(setting) for setting in place]
            slanted: dict[str, Any] = {"rotation": 30, "ha": "right"} if max(map(len, labels)) > LONG else {}
            panel.set_xticks(range(len(place)), labels, fontsize=8, **slanted)
            panel.set_ylim(*_limits(seen[measure]))
            panel.margins(x=0.1)
        if table["group"].any():
            panels[0].legend(frameon=False, fontsize=8)
    return file.getvalue()


def breakdown_picture(points: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Every predictor's accuracy by position in the piece, chord size and its own confidence.

    Args:
        points: `report.breakdown.points_of`, by each of these.
    """
    labels = {
        "position": ("by the place in the piece", "symbols of the piece before"),
        "chord": ("by the size of the chord", "notes of the chord"),
        "confidence": ("by how sure it is", "probability of the best guess, percent"),
    }
    with drawn(12, len(points), sharey=True) as (figure, axes, file):
        for panel, (by, some) in zip(axes, points.items(), strict=True):
            table = pd.DataFrame(some)
            place = _places(table)
            for name, one, look in _groups(table):
                x = one["confidence"] if by == "confidence" else one["setting"].map(place)
                panel.plot(x, one["accuracy"], **look, label=name)
            if by == "confidence":
                panel.axline((0, 0), slope=1, color="black", linewidth=1, linestyle=":")
            else:
                panel.set_xticks(range(len(place)), list(place), rotation=45, ha="right", fontsize=8)
            title, label = labels[by]
            panel.set(title=title, xlabel=label)
        axes[0].set_ylabel("accuracy on test, percent")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=6, frameon=False)
    return file.getvalue()


def symbols_picture(points: Sequence[Mapping[str, Any]]) -> bytes:
    """Every predictor's accuracy on each symbol, by pitch.

    Args:
        points: `report.breakdown.points_of` by symbol.
    """
    table = pd.DataFrame(points)
    place = _places(table)
    with drawn(12, 1) as (_, (panel,), file):
        for name, one, look in _groups(table):
            panel.plot(one["setting"].map(place), one["accuracy"], **look, linestyle="", label=name)
        named = {symbol: k for symbol, k in place.items() if symbol.startswith(("<NEXT", "C")) and "#" not in symbol}
        panel.set_xticks(list(named.values()), list(named), rotation=45, ha="right", fontsize=8)
        panel.set(title="Accuracy on test by the symbol that comes next", ylabel="accuracy, percent")
        panel.legend(frameon=False, fontsize=8, ncols=3)
    return file.getvalue()


def chord_sizes_picture(points: Sequence[Mapping[str, Any]]) -> bytes:
    """How often each writer writes chords of each size, percent of its chords, on a logarithmic axis.

    Args:
        points: `evaluation.symbol_distances.chord_size_points`.
    """
    table = pd.DataFrame(points)
    place = _places(table)
    with drawn(9, 1) as (_, (panel,), file):
        for name, one, look in _groups(table):
            shown = one[one["share"] > 0]
            panel.plot(shown["setting"].map(place), shown["share"], **look, label=name)
        panel.set_xticks(range(len(place)), list(place))
        panel.set(title="Chord sizes", xlabel="notes of the chord", ylabel="percent of the chords", yscale="log")
        panel.legend(frameon=False, fontsize=8)
    return file.getvalue()
