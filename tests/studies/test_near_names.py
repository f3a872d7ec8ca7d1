"""Which names are near one that nothing answers to."""

import time

from lib.studies.near_names import MAX_NEAR, near_names

OFFERED = (
    "mni152-t1",
    "mni152-gm",
    "motor-map",
    "data/forrest/sub-02/anat/sub-02_T1w.nii.gz",
    "data/forrest/sub-02/func/sub-02_task-oneback_run-1_bold.nii.gz",
    "data/mini/sub-02/anat/sub-02_T1w.nii.gz",
    "data/ds005/sub-01/func/sub-01_task-gamble_run-01_bold.nii.gz",
)


def test_the_same_file_elsewhere_comes_first_and_its_folders_decide():
    assert near_names("forrest/sub-02/anat/sub-02_T1w.nii.gz", OFFERED)[:2] == (
        "data/forrest/sub-02/anat/sub-02_T1w.nii.gz",
        "data/mini/sub-02/anat/sub-02_T1w.nii.gz",
    )
    assert near_names("mini/anat/sub-02_T1w.nii.gz", OFFERED)[0] == "data/mini/sub-02/anat/sub-02_T1w.nii.gz"


def test_a_misspelled_name_finds_what_was_meant():
    assert near_names("mni152-t2", OFFERED)[0] == "mni152-t1"
    assert near_names("data/forrest/sub-02/func/sub-2_task-onebak_run-1_bold.nii.gz", OFFERED)[0] == OFFERED[4]


def test_entities_count_in_any_order_and_whatever_the_format():
    assert near_names("x/bold_run-1_task-oneback_sub-02.mgz", OFFERED)[0] == OFFERED[4]


def test_a_name_like_no_other_has_none_near_it():
    for wanted in ("", "/etc/passwd", "no-such-image", "x" * 100_000):
        assert near_names(wanted, OFFERED) == ()


def test_only_what_is_offered_is_ever_named_and_not_too_much_of_it():
    runs = [f"data/sub-{number:02}_bold.nii.gz" for number in range(40)]
    found = near_names("data/sub-40_bold.nii.gz", runs)
    assert len(found) == MAX_NEAR
    assert set(found) <= set(runs)


def test_a_list_of_thousands_is_gone_through_at_once():
    runs = [f"data/sub-{n // 50:03}/func/sub-{n // 50:03}_task-rest_run-{n % 50:02}_bold.nii.gz" for n in range(5000)]
    start = time.process_time()
    assert near_names("data/sub-007/func/sub-007_task-rest_run-77_bold.nii.gz", runs)[0].startswith("data/sub-007/")
    assert time.process_time() - start < 1.5
