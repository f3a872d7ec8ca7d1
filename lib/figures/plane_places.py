"""Where the three planes stand in a figure: side by side, upon each other, or in a square with a quarter left free."""

from lib.spaces.anatomical_planes import View

# Shares of the figure between two planes; in a square, where planes are small, the axes' titles need more of it.
GAP = 0.045
SQUARE_GAPS = (0.09, 0.12)
# The free quarter of a square, bottom left, as x and y domain: room for a colour bar.
FREE_QUARTER = ((0.04, 0.40), 0.34)

Place = tuple[list[float], list[float]]


def place_planes(extents, *, is_narrow: bool = False, is_square: bool = False) -> list[Place]:
    """Return (x domain, y domain) of the sagittal, coronal and axial plane, all at one scale.

    Parameters
    ----------
    extents : (3,) mm along Right, Anterior, Superior
    is_narrow : upon each other rather than side by side.
    is_square : sagittal beside coronal and axial below that, the quarter at the bottom left free.
    """
    if is_square:
        return _in_square(*extents)
    return _upon_each_other(*extents) if is_narrow else _side_by_side(*extents)


def planes_aspect(view: View, *, is_narrow: bool = False, is_square: bool = False) -> float:
    """Return height / width of the plotting area in which the three planes fit exactly."""
    right, anterior, superior = (n * size for n, size in zip(view.shape, view.sizes, strict=True))
    if is_square:
        across, down = SQUARE_GAPS
        return (superior + anterior) / (1 - down) * (1 - across) / (anterior + right)
    if is_narrow:
        return (2 * superior + anterior) / ((1 - 2 * GAP) * max(right, anterior))
    return max(superior, anterior) * (1 - 2 * GAP) / (anterior + 2 * right)


def _side_by_side(right: float, anterior: float, superior: float) -> list[Place]:
    tallest = max(superior, anterior)
    widths, total = [anterior, right, right], anterior + 2 * right
    places, left = [], 0.0
    for width, height in zip(widths, [superior, superior, anterior], strict=True):
        share = (1 - 2 * GAP) * width / total
        places.append((_domain(left, share), _domain(1 - height / tallest, height / tallest)))
        left += share + GAP
    return places


def _upon_each_other(right: float, anterior: float, superior: float) -> list[Place]:
    widest = max(right, anterior)
    heights = [superior, superior, anterior]
    places, top = [], 1.0
    for width, height in zip([anterior, right, right], heights, strict=True):
        share = (1 - 2 * GAP) * height / sum(heights)
        places.append((_domain(0.5 - 0.5 * width / widest, width / widest), _domain(top - share, share)))
        top -= share + GAP
    return places


def _in_square(right: float, anterior: float, superior: float) -> list[Place]:
    across, down = SQUARE_GAPS
    left = (1 - across) * anterior / (anterior + right)
    upper = (1 - down) * superior / (anterior + superior)
    beside = _domain(left + across, 1 - across - left)
    above = _domain(1 - upper, upper)
    return [(_domain(0, left), above), (beside, above), (beside, _domain(0, 1 - down - upper))]


def _domain(start: float, length: float) -> list[float]:
    """Return a share of the figure; rounding must not carry it past the edges, which Plotly refuses."""
    return [max(0.0, start), min(1.0, start + length)]
