"""A trained network in one file: weights, alphabet and the settings it was trained with.

safetensors: loading it runs no code, and the same network is the same bytes.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from maestro_lstm.errors import UserError
from maestro_lstm.files import whole_file
from maestro_lstm.network import EngineName, Network, Weights
from maestro_lstm.symbols import SYMBOLS


@dataclass(frozen=True)
class Checkpoint:
    weights: Weights
    settings: dict[str, Any]  # among them hidden and seq_len
    symbols: tuple[str, ...] = SYMBOLS  # the alphabet, by id

    def network(self, engine: EngineName = "torch") -> Network:
        """The network, ready to evaluate or to write music."""
        network = Network(len(self.symbols), self.settings["hidden"], engine)
        network.load_weights(self.weights)
        return network.eval()


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    about = {"settings": checkpoint.settings, "symbols": checkpoint.symbols}
    # one key only: safetensors writes several in no fixed order
    data = save(checkpoint.weights, metadata={"about": json.dumps(about, sort_keys=True)})
    with whole_file(path) as file:
        file.write(data)


def load_checkpoint(path: Path) -> Checkpoint:
    """Raises UserError, naming the file, where it is missing, damaged or made with another alphabet."""
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["about"])
            weights = {name: file.get_tensor(name) for name in sorted(file.keys())}
        checkpoint = Checkpoint(weights, about["settings"], tuple(about["symbols"]))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro train`") from None
    except (SafetensorError, KeyError, ValueError) as error:
        raise UserError(f"{path} is damaged ({error}): delete it and run `dvc repro train`") from None
    if checkpoint.symbols != SYMBOLS:
        raise UserError(f"{path} was trained with another alphabet ({len(checkpoint.symbols)} symbols): train it again")
    return checkpoint
