"""MusicXML → the score as a picture, by verovio (engraving, SVG) and resvg (PNG)."""

import io

import resvg_py
import verovio
from PIL import Image

WIDTH = 1600  # pixels
GREYS = 8  # as many as smooth edges need; a fourth of the size
HEIGHT = 6000  # of verovio's units, some 20 systems; a longer score is cut off there
OPTIONS = {
    "header": "none",
    "footer": "none",
    "adjustPageHeight": True,
    "pageWidth": 1600,
    "pageHeight": HEIGHT,
    "scale": 40,
    "breaks": "auto",
    "staffLineWidth": 0.25,  # thinner ones vanish where a picture is shown smaller
}


def score_picture(musicxml: bytes) -> bytes:
    """The first page as a PNG: the same score, the same bytes.

    Raises: ValueError where verovio does not understand it.
    """
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(OPTIONS)
    if not toolkit.loadData(musicxml.decode()):
        raise ValueError("verovio cannot read this MusicXML")
    svg = toolkit.renderToSVG(1)
    # verovio leaves the colour of lines to the page around, of which resvg knows nothing
    svg = svg.replace("currentColor", "black")
    # no text: which fonts there are is the machine's affair
    drawn = resvg_py.svg_to_bytes(svg_string=svg, background="white", width=WIDTH, skip_system_fonts=True)
    file = io.BytesIO()
    Image.open(io.BytesIO(bytes(drawn))).convert("L").quantize(GREYS).save(file, "PNG", optimize=True)
    return file.getvalue()
