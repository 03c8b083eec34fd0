"""How a network of performances plays: how much, how boldly, and what is wished of it."""

from typing import Annotated

from pydantic import Field

from maestro_lstm.plumbing.choices import Section

Temperature = Annotated[float, Field(gt=0, le=10)]
TopP = Annotated[float, Field(gt=0, le=1)]


class NoteSampling(Section):
    """The defaults sample plainly from what the network says."""

    seconds: Annotated[float, Field(gt=0, le=7200, description="how much to play")] = 30.0
    temperature: Annotated[Temperature, Field(description="of pitch and force; below 1 safer, above 1 bolder")] = 1.0
    top_p: Annotated[TopP, Field(description="nucleus of pitch and force: the likeliest with this probability")] = 1.0
    time_temperature: Annotated[Temperature, Field(description="of onsets and durations")] = 1.0
    time_top_p: Annotated[TopP, Field(description="nucleus of onsets and durations")] = 1.0
    density: Annotated[float, Field(ge=0, le=50, description="notes a second to aim at; 0: as they come")] = 0.0
    loudness: Annotated[float, Field(ge=0, le=127, description="mean velocity to aim at; 0: as it comes")] = 0.0
    polyphony: Annotated[int, Field(ge=0, le=88, description="at most this many notes at once; 0: any number")] = 0


PLAIN = NoteSampling()
