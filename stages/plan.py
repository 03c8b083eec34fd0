"""plan: the settings of a final training, from the experiments' winners and params.yaml (paper §4.4).

python -m stages.plan paper
"""

from typing import Any

from maestro_lstm.params.params import SWEEPS, load_params
from maestro_lstm.study.final import plan_of
from maestro_lstm.study.metrics import read_selected
from maestro_lstm.study.plans import save_plan
from stages import command, paths


def main() -> None:
    params, name = load_params(), command.argument("network")
    own = name in params.networks and params.networks[name].training  # then no experiment has a say
    sweeps = () if own else SWEEPS
    chosen: dict[str, Any] = {sweep: read_selected(paths.SELECTED / f"{sweep}.json", sweep) for sweep in sweeps}
    plan = plan_of(params, name, chosen)
    save_plan(paths.plan(name), plan)
    used = ", ".join(f"{key} {value}" for key, value in plan.used.items())
    print(f"{name}: {used}, {len(plan.runs)} seeds")


if __name__ == "__main__":
    command.run(main)
