"""Where the three planes stand on their stage: side by side, upon each other, or in a square with a quarter left free.

Each plane has a cell; the cells stand edge to edge and fill the stage. The browser gives all planes one scale, as large
as their cells allow.
"""

from lib.spaces.anatomical_planes import View

# Share of the stage between two cells, and what rulers need: of the width beside a cell, and of the height below one.
GAP = 0.003
RULER_GAP = 0.045
SQUARE_RULER_GAPS = (0.09, 0.12)
# The free quarter of a square, bottom left, as x and y domain: room for a colour bar.
FREE_QUARTER = ((0.04, 0.40), 0.34)

Place = tuple[list[float], list[float]]


def place_planes(extents, *, is_narrow: bool = False, is_square: bool = False, has_rulers: bool = False) -> list[Place]:
    """Return (x domain, y domain) of the cells of the sagittal, coronal and axial plane.

    Parameters
    ----------
    extents : (3,) mm along Right, Anterior, Superior
    is_narrow : upon each other rather than side by side.
    is_square : sagittal beside coronal and axial below that, the quarter at the bottom left free.
    """
    if is_square:
        return _in_square(*extents, gaps=_square_gaps(has_rulers=has_rulers))
    gap = RULER_GAP if has_rulers else GAP
    right, anterior, superior = extents
    return _upon_each_other(anterior, superior, gap=gap) if is_narrow else _side_by_side(right, anterior, gap=gap)


def _square_gaps(*, has_rulers: bool) -> tuple[float, float]:
    return SQUARE_RULER_GAPS if has_rulers else (GAP, GAP)


def planes_aspect(view: View, *, is_narrow: bool = False, is_square: bool = False, has_rulers: bool = False) -> float:
    """Return height / width of the plotting area in which the three planes fit exactly."""
    right, anterior, superior = (n * size for n, size in zip(view.shape, view.sizes, strict=True))
    if is_square:
        across, down = _square_gaps(has_rulers=has_rulers)
        return (superior + anterior) / (1 - down) * (1 - across) / (anterior + right)
    gap = RULER_GAP if has_rulers else GAP
    if is_narrow:
        return (2 * superior + anterior) / ((1 - 2 * gap) * max(right, anterior))
    return max(superior, anterior) * (1 - 2 * gap) / (anterior + 2 * right)


def _side_by_side(right: float, anterior: float, *, gap: float) -> list[Place]:
    widths = _shares([anterior, right, right], gap)
    starts = [0.0, widths[0] + gap, widths[0] + widths[1] + 2 * gap]
    return [(_domain(start, width), [0.0, 1.0]) for start, width in zip(starts, widths, strict=True)]


def _upon_each_other(anterior: float, superior: float, *, gap: float) -> list[Place]:
    places, top = [], 1.0
    for height in _shares([superior, superior, anterior], gap):
        places.append(([0.0, 1.0], _domain(top - height, height)))
        top -= height + gap
    return places


def _shares(lengths: list[float], gap: float) -> list[float]:
    """Return how three cells share what the two gaps between them leave."""
    return [(1 - 2 * gap) * length / sum(lengths) for length in lengths]


def _in_square(right: float, anterior: float, superior: float, *, gaps: tuple[float, float]) -> list[Place]:
    across, down = gaps
    left = (1 - across) * anterior / (anterior + right)
    upper = (1 - down) * superior / (anterior + superior)
    beside = _domain(left + across, 1 - across - left)
    above = _domain(1 - upper, upper)
    return [(_domain(0, left), above), (beside, above), (beside, _domain(0, 1 - down - upper))]


def _domain(start: float, length: float) -> list[float]:
    """Return a share of the figure; rounding must not carry it past the edges, which Plotly refuses."""
    return [max(0.0, start), min(1.0, start + length)]
