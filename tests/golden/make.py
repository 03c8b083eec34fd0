"""Write `music21_5_7_2.json`: what the real music21 5.7.2 makes of the dense random MIDI of the test.

Run once, in an environment of its own on Python 3.11, from the project's root:

    python3.11 -m venv /tmp/old && /tmp/old/bin/pip install music21==5.7.2
    /tmp/old/bin/python -m tests.golden.make
"""

import json
import tempfile
from pathlib import Path

from tests.midi_files import dense_notes, midi_file, track

# seed, notes, ticks a quarter; 384 and 480 are MAESTRO's, 100 is no multiple of 16
CASES = [(0, 300, 384), (1, 300, 480), (2, 300, 96), (3, 300, 100), (4, 600, 384), (5, 300, 1024), (6, 300, 220)]
GOLDEN = Path(__file__).with_name("music21_5_7_2.json")


def case_bytes(seed: int, count: int, ticks_per_quarter: int) -> bytes:
    """A tempo track and one track of notes, as in MAESTRO."""
    return midi_file([track([]), track(dense_notes(seed, count, ticks_per_quarter))], ticks_per_quarter)


def symbols_of_old_music21(data: bytes) -> list[str]:
    """The paper's parse (§3), as the authors' environment did it."""
    import music21

    assert music21.__version__ == "5.7.2"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.mid"
        path.write_bytes(data)
        score = music21.converter.parse(str(path), forceSource=True)
    symbols = []
    for element in score.flat.notes:
        pitches = element.pitches
        symbols += [pitch.nameWithOctave for pitch in pitches] + ["<NEXT>"]
    return [*symbols, "<END>"]


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps([symbols_of_old_music21(case_bytes(*case)) for case in CASES]) + "\n")
