"""docs/api.md from the docstrings of the public names: `python -m tools.api`."""

import argparse
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import maestro_lstm as ml

PAGE = Path("docs/api.md")
HEAD = """\
# The library from Python

`pip install .`, then `import maestro_lstm as ml`. Nothing is imported before it is used, and no DVC is needed.

```python
import maestro_lstm as ml

player = ml.load("performer")
piece = player.compose("primers/bach-bwv846.mid", seconds=5, density=6)
print(piece.summary)
piece.save("out.mid")
for note in list(piece)[:3]:
    print(note.onset, note.duration, note.pitch, note.velocity)

for file, found in player.evaluate(["primers/bach-bwv846.mid"]).items():
    print(file, found.steps, "notes,", round(found.nats, 2), "nats a note")
```

A network of the 90 symbols trained by hand, as the study trains it:

```python
import maestro_lstm as ml
import numpy as np

ids = np.tile(np.array([40, 1, 44, 1, 47, 1], dtype=np.uint8), 200)  # of symbols.vocabulary; 1 is <NEXT>
schedule = ml.Schedule.constant(0.01)
settings = ml.Settings(16, "logits", "adam", schedule, seq_len=12, epochs=5, seed=0, log_every=100)
training = ml.Training(ml.SymbolTask(ids, 90), settings)
for done in training:
    print(done, "updates, loss", round(training.progress.curve[-1].loss, 3))
weights = training.engine.weights()
```

What follows is made from the docstrings.
"""
SECTIONS: dict[str, list[Any]] = {
    "Music": [ml.load, ml.TrainedNetwork, ml.Music, ml.Note, ml.Prediction, ml.UserError, ml.BadMidi],
    "Training": [ml.Settings, ml.Schedule, ml.Cosine, ml.SymbolTask, ml.NoteTask, ml.Training],
}


SHOWN: dict[Any, tuple[str, ...]] = {
    ml.TrainedNetwork: ("compose", "evaluate", "predict", "known")
}  # the rest is for the command and the stages


def page() -> str:
    """The whole page."""
    lines = [""]
    for title, names in SECTIONS.items():
        lines.append(f"## {title}\n")
        for one in names:
            lines += [*_entry(one), ""]
    text = "\n".join(lines).rstrip() + "\n"
    return HEAD + "\n".join(_wrapped(line) for line in text.split("\n"))


def _wrapped(line: str) -> str:
    """At the width of the docs; what belongs to an item is indented."""
    return "\n".join(textwrap.wrap(line, 120, subsequent_indent="  " if line.startswith("- ") else "")) if line else ""


def _entry(one: Any) -> Iterator[str]:
    yield f"### {one.__name__}\n"
    if inspect.isfunction(one):
        yield f"`{one.__name__}{_signature(one)}`\n"
    yield _text(one)
    for name, member in inspect.getmembers(one):
        if not inspect.getdoc(member):
            continue
        public = not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
        if inspect.isclass(one) and public and _ours(one, name) and name in SHOWN.get(one, (name,)):
            yield f"\n`.{name}{'' if isinstance(member, property) else _signature(member)}`: {_text(member)}"


def _ours(one: type, name: str) -> bool:
    """Whether a member is defined in the library, and not in what a class inherits from elsewhere."""
    return any(name in vars(base) and base.__module__.startswith("maestro_lstm") for base in one.__mro__)


def _signature(one: Any) -> str:
    """Without types: the docstring says what is meant."""
    parameters = []
    star = False
    for name, parameter in inspect.signature(one).parameters.items():
        if name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            parameters.append("*")
            star = True
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parameters.append(f"{'**' if parameter.kind is parameter.VAR_KEYWORD else ''}{name}{default}")
    return f"({', '.join(parameters)})"


def _text(one: Any) -> str:
    """A docstring as Markdown: what stands under Args and the like as a list."""
    text = re.sub(r"(?<=\S)\n(?! *\n|    \w+: )\s*", " ", inspect.getdoc(one) or "")  # one line a paragraph or item
    text = re.sub(r"^(Args|Attributes|Returns|Raises): *", r"*\1*: ", text, flags=re.M)
    return re.sub(r"^    (\w+): ", r"- `\1`: ", text, flags=re.M).replace("*: \n-", "*:\n\n-")


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
