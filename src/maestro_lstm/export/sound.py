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

PEAK = 0.89  # of full scale, −1 dB: all pieces peak at the same level
RATE = 48_000  # samples a second, midirenderer's
Sound = npt.NDArray[np.float32]  # (N, 2), left and right, −1 to 1


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
