"""live: the page on which the network that plays goes on from what the user plays."""

from maestro_lstm.export.sound import soundfont
from maestro_lstm.params.params import PERFORMER, load_params
from maestro_lstm.web.live_page import write_page
from stages import command, paths


def main() -> None:
    params = load_params()
    write_page(paths.SHIPPED / f"{PERFORMER}.safetensors", soundfont(params.generate.soundfont), paths.LIVE)
    size = sum(path.stat().st_size for path in paths.LIVE.iterdir())
    print(f"{paths.LIVE / 'index.html'}: {size / 1e6:.1f} MB in all")


if __name__ == "__main__":
    command.run(main)
