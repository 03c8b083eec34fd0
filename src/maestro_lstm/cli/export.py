"""`maestro-lstm export`: a network that the user trained as a small file to pass on, or as a page to play with."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from maestro_lstm.export.sound import soundfont
from maestro_lstm.model.checkpoint import read_checkpoint
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained import networks
from maestro_lstm.web.live_page import write_page


def export(
    model: Path | None = None,
    target: Path | None = None,
    /,
    *,
    page: Annotated[Path | None, Parameter(show_default=False)] = None,
    soundfont_file: Annotated[str, Parameter("--soundfont")] = "auto",
) -> None:
    """Write a trained network to a file half the size, which `compose` and `evaluate` take by its path; or as a page.

    Parameters
    ----------
    model:
        The file of a trained network, such as models/performer/seed-0.safetensors; performer for a page if not given.
    target:
        The file to write. An existing one is not overwritten.
    page:
        A folder to write the page of `play` to: it opens from there, or from any web server.
    soundfont_file:
        A SoundFont (.sf2) for the page.
    """
    if page is not None:
        write_page(networks.network_file(str(model or "performer")), soundfont(soundfont_file), page)
        size = sum(path.stat().st_size for path in page.iterdir())
        print(f"{page / 'index.html'}: {size / 1e6:.1f} MB in all; open it in a browser")
        return
    if model is None or target is None:
        raise UserError("export needs a network and a file to write, or --page FOLDER (maestro-lstm export --help)")
    if target.exists():
        raise UserError(f"{target} exists: give another name, or delete it")
    networks.export(read_checkpoint(model), target, networks.told_of(model))
    print(f"{target}: {target.stat().st_size / 1e6:.1f} MB, weights rounded to float16")
    print(f"if it was trained on MAESTRO, pass it on under {networks.LICENCE}: no commercial use, share alike")
