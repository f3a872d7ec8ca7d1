"""How does a curve look in the height of a line of text?"""

from base64 import b64encode
from itertools import pairwise

import numpy as np

from lib.figures.time_course import SIGNAL
from lib.figures.trace_parts import LIMIT

# px, and as many points as it has.
WIDTH, HEIGHT = 80, 24
ROOM = 2  # px, above and below


def draw_sparkline(values: np.ndarray, limit: float | None = None) -> str:
    """Draw a course as a picture without axes; where it has more points than px, its extremes stay.

    Parameters
    ----------
    values : (T,) array; a volume without a value is a gap.
    limit : drawn as a line where it lies within the picture, or None.

    Returns
    -------
    SVG, its size in px; empty text where no value is finite.
    """
    values = _keep_extremes(np.asarray(values, float))
    known = values[np.isfinite(values)]
    if not len(known):
        return ""
    low, high = float(known.min()), float(known.max())
    down = (HEIGHT - 2 * ROOM) / ((high - low) or 1.0)
    across = WIDTH / max(len(values) - 1, 1)
    parts = []
    if limit is not None and low <= limit <= high:
        y = HEIGHT - ROOM - (limit - low) * down
        parts.append(f'<path d="M0 {y:.1f}H{WIDTH}" stroke="{LIMIT}" stroke-dasharray="2 2"/>')
    line = "".join(
        f"{'L' if number and np.isfinite(values[number - 1]) else 'M'}"
        f"{number * across:.1f} {HEIGHT - ROOM - (value - low) * down:.1f}"
        for number, value in enumerate(values)
        if np.isfinite(value)
    )
    parts.append(f'<path d="{line}" stroke="{SIGNAL}" stroke-width="1.3" stroke-linejoin="round"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" fill="none">{"".join(parts)}</svg>'
    )


def sparkline_address(svg: str) -> str:
    """Return an address that holds the picture itself, so that nothing has to be asked for."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _keep_extremes(values: np.ndarray) -> np.ndarray:
    """Return at most WIDTH values: of each stretch the one that lies farthest from the median."""
    if len(values) <= WIDTH or not np.isfinite(values).any():
        return values
    distance = np.nan_to_num(np.abs(values - np.nanmedian(values)), nan=-1.0)
    edges = np.linspace(0, len(values), WIDTH + 1).astype(int)
    return np.array([values[start + distance[start:stop].argmax()] for start, stop in pairwise(edges)])
