"""The network that plays, with the machine set up for many pieces side by side, and the primer that is nothing."""

from maestro_lstm.data.performances.steps import Steps
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.model.performer.network import Performer
from maestro_lstm.music.playing.primers import primer_of
from maestro_lstm.music.playing.steering import NOTHING
from maestro_lstm.study.params.file import PERFORMER, Params
from maestro_lstm.weights.performer import load_performer
from stages import paths


def player(params: Params) -> tuple[Performer, Steps]:
    """Raises UserError where the network was not trained."""
    training = params.networks[PERFORMER].training
    use_cores(training.threads if training else 1)
    network = load_performer(paths.model(PERFORMER, params.seed))
    return network, primer_of(NOTHING, params.performances.pedal).steps
