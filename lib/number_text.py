"""How is a number written? In one way for each quantity, whole numbers whole, and shares of a whole per cent.

Sentences, tables and charts take their formats from here; a number that is computed on goes its way as it is.
"""

import math
from collections.abc import Iterable, Sequence

NO_VALUE = "no value"
# The unit of what is counted from 0 to 1 and written per cent.
SHARE = "share"
# That of tSNR, where it says what it is of.
RATIO = "mean / SD"
# How many decimals a quantity has, by its unit. Of a ratio such as tSNR one; what is counted has none.
DECIMALS = {"": 1, RATIO: 1, "mm": 2, "degrees": 2, "%": 1, "volumes": 0, "voxels": 0}
SHARE_DECIMALS = 2
# From here on float64 skips whole numbers.
LARGEST_WHOLE = 2.0**53
THOUSANDS = ((1e12, "T"), (1e9, "G"), (1e6, "M"))
# Beyond, a number written without exponent is a row of zeros.
LARGEST_WRITTEN, LEAST_WRITTEN = 1e15, 1e-9
# Plotly's formats (d3-format) for what `value_text` has cut already, for a value, and for a number in any unit.
HOVER_CUT, HOVER_VALUE, HOVER_ANY = ".15~r", ".9~r", ".4~g"
# And of a share beside an axis.
PER_CENT = ".3~%"


def value_text(value: float) -> str:
    """Return a value as it is read out: whole numbers whole, others with six digits and those before the point.

    Parameters
    ----------
    value : int or float
        An int is written to its last digit, however large.
    """
    if isinstance(value, int) or _is_whole(value):
        return str(int(value))
    if 1e5 <= abs(value) < LARGEST_WRITTEN:
        return f"{value:.1f}"
    return f"{value:.6g}"


def exact_text(value: float) -> str:
    """Return a value for a file: as many digits as bring a float32 back exactly, whole numbers whole; n/a for none."""
    if isinstance(value, int) or _is_whole(value):
        return str(int(value))
    return f"{value:.9g}" if math.isfinite(value) else "n/a"


def quantity_text(value: float, unit: str) -> str:
    """Return a value with its unit and the decimals of its quantity; of a unit that has none set, as it is read out.

    ``quantity_text(1.956, "mm")`` is ``"1.96 mm"``, ``quantity_text(0.00159, SHARE)`` is ``"0.16 %"``.
    """
    if not math.isfinite(value):
        return NO_VALUE
    word = unit_text(unit)
    if DECIMALS.get(unit) == 0 and value == 1:
        word = word.removesuffix("s")
    return f"{quantity_number(value, unit)} {word}".strip()


def fixed_text(value: float, decimals: int) -> str:
    """Return a number with these decimals and no negative zero: -0.0001 to two decimals is 0.00."""
    return f"{round(float(value), decimals) + 0.0:.{decimals}f}"


def unit_text(unit: str) -> str:
    """Return what stands behind the number of a quantity."""
    return {SHARE: "%", RATIO: ""}.get(unit, unit)


def quantity_number(value: float, unit: str) -> str:
    """Return a value with the decimals of its quantity, without its unit; a share times 100."""
    if unit == SHARE:
        return fixed_text(100 * value, SHARE_DECIMALS)
    decimals = _decimals(unit)
    return value_text(value) if decimals is None else fixed_text(value, decimals)


def short_text(value: float) -> str:
    """Return a value in any unit with four digits and without exponent, 0 where it is nothing but rounding."""
    if not math.isfinite(value):
        return NO_VALUE
    (text,) = _scale([value], 4) if abs(value) > LEAST_WRITTEN else ("0",)
    return text.replace(",", "")


def shape_text(shape: Iterable[int]) -> str:
    """Return how many voxels a grid has along each axis: ``"176 x 240 x 256"``."""
    return " x ".join(map(str, shape))


def sizes_text(sizes: Iterable[float]) -> str:
    """Return the sides of a voxel, in mm: ``"0.7 x 0.667 x 0.667"``."""
    return " x ".join(f"{size:.3g}" for size in sizes)


def scale_texts(values: Sequence[float]) -> list[str]:
    """Return the numbers beside a scale, with as many digits as tell them apart, four or more: 39,660 and 16.78 M."""
    n_kinds = len(set(values))
    for digits in range(4, 18):
        texts = _scale(values, digits)
        if len(set(texts)) == n_kinds:
            break
    return texts


def hover_format(unit: str) -> str:
    """Return Plotly's format of a quantity with its unit, after ``%{y:``: ``".2f} mm"``."""
    if unit == SHARE:
        return f".{SHARE_DECIMALS}%}}"
    decimals = _decimals(unit) if unit else None
    return f"{HOVER_ANY if decimals is None else f'.{decimals}f'}}} {unit}".rstrip()


def column_format(unit: str) -> str:
    """Return Streamlit's format of a table's column of a quantity."""
    decimals = _decimals(unit)
    return "percent" if unit == SHARE else "%.4g" if decimals is None else f"%.{decimals}f"


def slider_format(step: float, largest: float) -> str:
    """Return Streamlit's format of a slider: as many decimals as its steps have."""
    if largest >= LARGEST_WRITTEN or step < LEAST_WRITTEN:
        return "%.5g"
    return f"%.{max(0, -math.floor(math.log10(step) + 1e-9))}f"


def _decimals(unit: str) -> int | None:
    return DECIMALS.get(unit.partition(" (")[0])


def _is_whole(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= LARGEST_WHOLE and value == math.floor(value)


def _scale(values: Sequence[float], digits: int) -> list[str]:
    """Return numbers in one unit, the largest with a count of digits, all with the same decimals."""
    largest = max(map(abs, values))
    if largest and not LEAST_WRITTEN <= largest < LARGEST_WRITTEN:
        return [f"{value + 0.0:.{digits}g}" for value in values]
    unit, letter = next(((unit, f" {letter}") for unit, letter in THOUSANDS if largest >= unit), (1.0, ""))
    decimals = max(0, digits - 1 - math.floor(math.log10(largest / unit))) if largest else 0
    texts = [f"{value / unit:,.{decimals}f}" for value in values]
    while decimals and all(text.endswith("0") for text in texts):
        decimals -= 1
        texts = [text[:-1].removesuffix(".") for text in texts]
    return [text + letter if float(text.replace(",", "")) else "0" for text in texts]
