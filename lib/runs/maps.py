"""Which pictures does a run have over all of its volumes? Each becomes a map that can be shown like any image."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.errors import InputError
from lib.images.image import Image
from lib.images.maps import Map, find_form_code
from lib.images.stated_space import stated_space
from lib.images.volumes import Volume
from lib.runs.change_map import derivative_sd_map
from lib.runs.reading import read_difference, read_map
from lib.runs.store import RunStore


@dataclass(frozen=True)
class RunMap:
    """A picture that is computed over all volumes of a run.

    Attributes
    ----------
    name : str
        As lists and links say it.
    unit : str
        As a colour bar says it.
    definition : str
        What it is, its unit, and which direction is better.
    take : callable
        Store -> (I, J, K) array.
    is_signed : bool or None
        As in `lib.images.maps.Map`.
    """

    name: str
    unit: str
    definition: str
    take: Callable[[RunStore], np.ndarray]
    is_signed: bool | None = False


RUN_MAPS = (
    RunMap("mean", "image units", "mean over time, image units", lambda store: read_map(store, "mean"), None),
    RunMap(
        "SD", "image units", "SD over time (divisor T), image units, lower is better",
        lambda store: read_map(store, "sd"),
    ),
    RunMap(
        "tSNR", "mean / SD", "tSNR: mean / SD over time, no unit, higher is better",
        lambda store: read_map(store, "tsnr"),
    ),
    RunMap(
        "temporal derivative SD", "image units",
        "SD over time of the change since the volume before, image units, lower is better", derivative_sd_map,
    ),
)  # fmt: skip
RUN_MAP_NAMES = tuple(kind.name for kind in RUN_MAPS)


def find_run_map(name: str) -> RunMap:
    """Return the kind of map of that name.

    Raises
    ------
    InputError
        There is none.
    """
    for kind in RUN_MAPS:
        if kind.name == name:
            return kind
    raise InputError(f"A run has the maps {', '.join(RUN_MAP_NAMES)}, so there is no map called {name}.")


def map_run(image: Image, kind: RunMap, read: Callable[[int], Volume]) -> Map:
    """Return a picture over time as a map on the run's grid, read by the function given."""
    return Map(
        key=f"{image.key}|{kind.name}",
        grid=image.grid,
        read=read,
        title=kind.name,
        unit=kind.unit,
        source=image.name,
        is_signed=kind.is_signed,
        space=stated_space(image),
        form_code=find_form_code(image),
        sides_doubt=image.sides_doubt,
    )


def map_difference(image: Image, find_store: Callable[[], RunStore], other: int) -> Map:
    """Return each volume of a run minus volume `other`, a map with a sign that moves with the volume.

    The function given returns the store of the run, each time that a volume is read.

    Its window is judged by the middle of the run: the first volumes may be brighter than all others.
    """
    middle = image.n_volumes // 2
    return Map(
        key=f"{image.key}|minus {other}",
        grid=image.grid,
        read=lambda t: read_difference(find_store(), t, other),
        title=f"minus volume {other}",
        source=image.name,
        n_volumes=image.n_volumes,
        is_signed=True,
        example=middle - (middle == other),
        space=stated_space(image),
        form_code=find_form_code(image),
        sides_doubt=image.sides_doubt,
    )
