"""The sections of params.yaml about performances, typed; and which primers there are."""

from pathlib import PurePath
from typing import Annotated, Self

from pydantic import Field, model_validator

from maestro_lstm.generation.names import NOTHING, REAL, piece_name
from maestro_lstm.generation.sampling import PLAIN_NOTES, NoteSampling
from maestro_lstm.plumbing.choices import PedalRule, Section
from maestro_lstm.plumbing.files import SUFFIXES
from maestro_lstm.tokens.vocabulary import PITCH_OF_NAME


class PerformancesParams(Section):
    pedal: PedalRule


class PlaySamples(Section):
    pieces: Annotated[int, Field(ge=2, le=1000)]
    seconds: Annotated[int, Field(ge=1, le=7200)]


class Way(NoteSampling):
    """A way of sampling with a name."""

    name: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _only_its_own(self) -> Self:
        if self.seconds != PLAIN_NOTES.seconds or self.name == REAL:
            raise ValueError(f"a way has no seconds of its own, and another name than {REAL}")
        return self

    @property
    def sampling(self) -> NoteSampling:
        return NoteSampling(**self.model_dump(exclude={"name"}))


class PlayTried(PlaySamples):
    ways: Annotated[list[Way], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if len({way.name for way in self.ways}) < len(self.ways):
            raise ValueError("ways: two have the same name")
        return self


class PlayParams(Section):
    primers: Annotated[list[str], Field(min_length=1)]
    pieces: Annotated[int, Field(ge=1, le=1000)]
    sampling: NoteSampling
    tried: PlayTried
    samples: PlaySamples

    @model_validator(mode="after")
    def _primers_are_known(self) -> Self:
        check_primers(self.primers, nothing=True)
        return self


def check_primers(primers: list[str], nothing: bool) -> None:
    """Raise ValueError for a primer that is not one, and for two whose pieces would have one name."""
    for primer in primers:
        known = primer in PITCH_OF_NAME or primer.lower().endswith(SUFFIXES) or (nothing and primer == NOTHING)
        if not known:
            what = f"{NOTHING}, a piano key" if nothing else "a piano key"
            raise ValueError(f"primers: {what} such as C3, F#4 or B-2, or a MIDI file, not {primer}")
    named: dict[str, str] = {}
    for primer in primers:
        stem = PurePath(primer).stem if primer.lower().endswith(SUFFIXES) else primer
        name = piece_name(stem, 0)
        if name in named:
            raise ValueError(f"primers: {named[name]} and {primer} would both write {name}: rename one")
        named[name] = primer
