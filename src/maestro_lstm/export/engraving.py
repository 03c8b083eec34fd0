"""A score as a picture: MusicXML to SVG by verovio, SVG to PNG by resvg."""

import io

import resvg_py
import verovio
from PIL import Image

WIDTH = 1600  # pixels
GREYS = 8  # enough for smooth edges, at a quarter of the size
HEIGHT = 6000  # in verovio's units, about 20 systems; a longer score is cut off
OPTIONS = {
    "header": "none",
    "footer": "none",
    "adjustPageHeight": True,
    "pageWidth": 1600,
    "pageHeight": HEIGHT,
    "scale": 40,
    "breaks": "auto",
    "staffLineWidth": 0.25,  # thinner lines vanish when the picture is scaled down
}


def score_picture(musicxml: bytes) -> bytes:
    """The first page as a PNG; the same score gives the same bytes.

    Raises: ValueError if verovio cannot read it.
    """
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    toolkit.setOptions(OPTIONS)
    if not toolkit.loadData(musicxml.decode()):
        raise ValueError("verovio cannot read this MusicXML")
    svg = toolkit.renderToSVG(1)
    # verovio leaves line colours to the surrounding page, which resvg does not have
    svg = svg.replace("currentColor", "black")
    # no text: installed fonts differ between machines
    drawn = resvg_py.svg_to_bytes(svg_string=svg, background="white", width=WIDTH, skip_system_fonts=True)
    file = io.BytesIO()
    Image.open(io.BytesIO(bytes(drawn))).convert("L").quantize(GREYS).save(file, "PNG", optimize=True)
    return file.getvalue()
