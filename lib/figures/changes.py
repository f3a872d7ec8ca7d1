"""How is a figure that stands in the browser changed? What all changes are made of."""

import numpy as np

# A trace without values; one without points would be none to Plotly, which then loses its axis.
NOTHING = {"x": [None], "y": [None]}


def numbers(values: np.ndarray) -> list[float | None]:
    """Return values for JSON: six significant digits, None for "no value"."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in np.asarray(values, np.float64).tolist()]
