"""How many volumes at the start were taken before the magnetisation had settled?"""

from __future__ import annotations

import numpy as np

LOOK_AT = 50  # volumes: later ones drift for other reasons
MODIFIED_Z = 3.5  # Iglewicz and Hoaglin's limit
MAD_TO_SD = 0.6745  # median absolute deviation of a normal distribution with SD 1


def count_non_steady(means) -> int:
    """Count the volumes at the start whose mean stands out, up to the first that does not.

    Of the first 50 volume means m: modified z = 0.6745 |m - median| / MAD, outlier above 3.5. Only an unbroken row of
    outliers that begins with the first volume counts. When more than half of the means are equal (MAD 0), any other
    value stands out.

    Parameters
    ----------
    means : (T,) array, mean of each volume; one that is not finite stands out of nothing and ends the row; the
        reference takes it over the whole image, not the brain.

    Returns
    -------
    Number of volumes, lower is better, 0 expected of a run whose dummy scans the scanner dropped.

    References
    ----------
    Nipype `NonSteadyStateDetector`, as used by fMRIPrep and MRIQC; Iglewicz and Hoaglin 1993. Equal except for MAD 0,
    where Nipype divides 0 by 0.
    """
    means = np.asarray(means, dtype=np.float64)[:LOOK_AT]
    known = means[np.isfinite(means)]
    if not len(known):
        return 0
    distance = np.abs(means - np.median(known))
    stands_out = MAD_TO_SD * distance > MODIFIED_Z * np.median(np.abs(known - np.median(known)))
    return len(means) if stands_out.all() else int(np.argmin(stands_out))
