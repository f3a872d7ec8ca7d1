"""How does a volume look at the size of a stamp? Its middle axial slice, in true proportions, on a black square."""

import numpy as np

from lib.images.image import Image, Volume
from lib.images.montage import build_montage
from lib.images.windowing import Window, choose_window, draw_codes
from lib.spaces.anatomical_planes import to_view, view_grid

# Pixels along each side.
SIDE = 160
# What one volume may take, unpacked: it is read from the head of its file in a tenth of a second. 128 x 128 x 64 voxels
# of 16 bits take a quarter of it.
MOST_BYTES = 8 << 20


def is_cheap(image: Image) -> bool:
    """Return whether the first volume can be read and drawn in no time, and without the volumes behind it."""
    n_bytes = int(np.prod(image.shape)) * image.dtype.itemsize
    return n_bytes <= MOST_BYTES and not image.is_time_first


def draw_thumbnail(volume: Volume, affine: np.ndarray, window: Window | None = None) -> np.ndarray:
    """Return the middle axial slice of a volume as greys: anterior at the top, the left of the head on the left.

    Parameters
    ----------
    volume : Volume
    affine : (4, 4) array
        Voxel indices -> world mm.
    window : Window, optional
        What is black and what white; chosen by the volume unless it is known already, which takes most of the time.

    Returns
    -------
    greys : (SIDE, SIDE) uint8 array, row 0 at the top.
    """
    view = view_grid(affine, volume.stored.shape)
    window = window or choose_window(volume)
    middle = view.shape[2] // 2
    # Of the one slice alone: to draw all of them takes as many times longer.
    slab = Volume(to_view(volume.stored, view)[:, :, middle : middle + 1], volume.slope, volume.inter)
    codes = draw_codes(slab, view_grid(view.affine, slab.stored.shape), window.low, window.high)
    picture = build_montage(codes, "axial", n_shown=1, n_columns=1).codes
    return _fit(picture[::-1], view.sizes[1], view.sizes[0])


def _fit(picture: np.ndarray, row_mm: float, column_mm: float) -> np.ndarray:
    """Enlarge a picture into the middle of the square, smoothed, with pixels as high and wide as mm."""
    from scipy import ndimage

    rows, columns = picture.shape
    scale = SIDE / max(rows * row_mm, columns * column_mm)
    height, width = (max(1, min(SIDE, round(n * mm * scale))) for n, mm in ((rows, row_mm), (columns, column_mm)))
    grown = ndimage.zoom(picture, (height / rows, width / columns), order=1, grid_mode=True, mode="nearest")
    square = np.zeros((SIDE, SIDE), dtype=np.uint8)
    top, left = (SIDE - grown.shape[0]) // 2, (SIDE - grown.shape[1]) // 2
    square[top : top + grown.shape[0], left : left + grown.shape[1]] = grown
    return square
