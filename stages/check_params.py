"""check_params: every key of params.yaml is known, of its type and in its range.

Every other stage comes after it, so that a bad value stops the run before DVC deletes anything. What it writes is
always the same, so that a change of params.yaml makes only those stages run again that read what changed.
"""

from maestro_lstm.files import write_text
from maestro_lstm.params import load_params
from stages import command, paths


def main() -> None:
    load_params()
    write_text(paths.PARAMS_CHECKED, "params.yaml is sound\n")


if __name__ == "__main__":
    command.run(main)
