"""plan: how a network is to be trained, from what the sweeps chose and params.yaml says (paper §4.4).

python -m stages.plan paper
"""

from maestro_lstm.params import SWEEPS, load_params
from maestro_lstm.plans import save_plan
from maestro_lstm.study import plan_of
from stages import command, paths


def main() -> None:
    name = command.argument("network")
    plan = plan_of(load_params(), name, command.chosen(*SWEEPS))
    save_plan(paths.plan(name), plan)
    told = ", ".join(f"{key} {value}" for key, value in plan.used.items())
    print(f"{name}: {told}, {len(plan.runs)} seeds")


if __name__ == "__main__":
    command.run(main)
