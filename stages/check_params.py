"""check_params: every key of params.yaml is known, of its type and in its range.

Every other stage waits for it, so a bad value stops the run before DVC deletes anything. Its output is always the
same: a change of params.yaml re-runs only the stages that read what changed.
"""

from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import write_text
from stages import command, paths


def main() -> None:
    load_params()
    write_text(paths.PARAMS_CHECKED, "params.yaml is sound\n")


if __name__ == "__main__":
    command.run(main)
