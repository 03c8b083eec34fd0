"""download: the corpus as a folder of MIDI files and an index (paper §3).

The environment variable MAESTRO_MIRROR names another source of MAESTRO: a folder, a zip file or its address.
"""

import os
from pathlib import Path

from maestro_lstm.corpus.folder import copy_folder
from maestro_lstm.corpus.index import SPLITS
from maestro_lstm.corpus.maestro import RELEASES, download
from maestro_lstm.params.params import load_params
from stages import command, paths

DOWNLOADS = Path(".downloads")  # archives on their way


def main() -> None:
    params = load_params()
    if params.corpus == "maestro":
        mirror = os.environ.get("MAESTRO_MIRROR", "")
        pieces = download(RELEASES[params.download.maestro], paths.CORPUS, DOWNLOADS, mirror)
    elif params.corpus == "folder":
        pieces = copy_folder(Path(params.download.folder), paths.CORPUS)
    else:
        from maestro_lstm.corpus.chorales import write_chorales  # here: only this needs music21

        pieces = write_chorales(params.download.chorales, paths.CORPUS)
    parts = ", ".join(f"{sum(piece.split == split for piece in pieces)} {split}" for split in SPLITS)
    print(f"{params.corpus}: {len(pieces)} pieces ({parts})")


if __name__ == "__main__":
    command.run(main)
