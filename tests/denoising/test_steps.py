"""Steps of processing: the sentences that refuse them, and the sentence that names them."""

import pytest

from lib.denoising.steps import Steps, describe_steps, require_steps
from lib.errors import InputError

TR = 2.0


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ({"low_pass": 0.3}, "low-pass cut-off is 0.3 Hz, but with a TR of 2 s .* 0 and 0.25 Hz"),
        ({"high_pass": -0.1}, "high-pass cut-off is -0.1 Hz"),
        ({"high_pass": 0.1, "low_pass": 0.05}, "0.1 Hz, has to lie below the low-pass cut-off, 0.05 Hz"),
        ({"drop": 149}, "150 volumes, so dropping 149 leaves 1"),
        ({"drop": -1}, "dropping -1"),
        ({"drop": 117, "high_pass": 0.01, "low_pass": 0.1}, "34 volumes or more, and 33 are left of 150"),
        ({"drop": 132, "low_pass": 0.1}, "19 volumes or more, and 18 are left"),
        ({"drop": 120, "detrend": "cosine"}, "up to 0.007812 Hz needs more than 64 s, and 30 volumes take 60 s"),
        ({"detrend": "polynomial", "order": 0}, "order 0 cannot be taken out of 150"),
        ({"censored": (3, 150)}, "Volume 150 is to be censored, but the run has volumes 0 to 149"),
        ({"censored": (-1,)}, "Volume -1 is to be censored"),
        ({"drop": 3, "censored": tuple(range(149))}, "3 are dropped and 146 censored, which leaves 1; a series needs"),
        (
            {"censored": tuple(range(117)), "high_pass": 0.01, "low_pass": 0.1},
            "34 volumes or more, and 33 are left of 150. .*or censor fewer",
        ),
    ],
)
def test_steps_that_cannot_be_taken_are_refused_with_numbers(steps, words):
    with pytest.raises(InputError, match=words):
        require_steps(Steps(**steps), 150, TR)


def test_filter_without_a_tr_asks_for_it():
    with pytest.raises(InputError, match="Enter the TR in seconds"):
        require_steps(Steps(low_pass=0.1), 150, None)


def test_sentence_names_the_steps_in_their_order():
    steps = Steps(4, "linear", high_pass=0.01, low_pass=0.1, confounds=("csf", "rot_x"), units="percent")
    assert describe_steps(steps, TR) == (
        "In this order: drop the first 4 volumes (8 s); remove the linear trend, keep the mean; "
        "band-pass 0.01-0.1 Hz (Butterworth, order 5, forwards and backwards), keep the mean; "
        "regress out 2 confounds (csf, rot_x); percent signal change, 100 (x - mean) / |mean|."
    )


def test_sentence_of_a_cosine_basis_gives_hertz_and_seconds():
    assert "cosine basis up to 0.007812 Hz (128 s)" in describe_steps(Steps(detrend="cosine"), TR)


def test_sentence_says_what_becomes_of_censored_volumes():
    steps = Steps(4, low_pass=0.1, censored=(2, 40, 41))
    assert describe_steps(steps, TR) == (
        "In this order: drop the first 4 volumes (8 s); "
        "censor 2 volumes, bridged by a cubic spline for the filter alone; low-pass below 0.1 Hz "
        "(Butterworth, order 5, forwards and backwards), keep the mean."
    )
    assert describe_steps(Steps(censored=(5,), censoring="interpolate", units="z"), TR) == (
        "In this order: censor 1 volume; z values, divisor T - 1; "
        "fill the censored volumes by a cubic spline through the others."
    )


def test_sentence_of_no_steps_says_so():
    assert describe_steps(Steps(), TR) == "Raw values; nothing was removed."


def test_units_label_the_axis():
    assert Steps(units="percent").unit.axis == "Signal change (%)"
