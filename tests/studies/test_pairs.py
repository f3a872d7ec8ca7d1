"""Which files belong to a run."""

from lib.studies import pair_run, read_study
from tests.builders.study_trees import MNI, RUN_SHAPE, write_bids, write_fcp, write_image, write_notes, write_text

RAW = "sub-01/func/sub-01_task-game_run-{}_bold.nii.gz"
STEM = "derivatives/fmriprep-23/sub-01/func/sub-01_task-game_run-1"


def pairs_of(root, path):
    study = read_study(root)
    return pair_run(study, study.by_path[path])


def paths(files):
    return [file.path for file in files]


def test_events_are_nearest_first_and_run_01_is_run_1(tmp_path):
    events = pairs_of(write_bids(tmp_path), RAW.format(1)).events
    assert events == ("sub-01/func/sub-01_task-game_run-01_events.tsv", "task-game_events.tsv")


def test_events_of_another_run_are_not_taken(tmp_path):
    assert pairs_of(write_bids(tmp_path), RAW.format(2)).events == ("task-game_events.tsv",)


def test_derivative_takes_the_events_of_its_raw_run(tmp_path):
    events = pairs_of(write_bids(tmp_path), f"{STEM}_space-{MNI}_desc-preproc_bold.nii.gz").events
    assert events[0] == "sub-01/func/sub-01_task-game_run-01_events.tsv"


def test_raw_run_has_its_preprocessed_twins_and_their_confounds(tmp_path):
    pairs = pairs_of(write_bids(tmp_path), RAW.format(1))
    assert paths(pairs.twins) == [
        f"{STEM}_space-{MNI}_desc-preproc_bold.nii.gz",
        f"{STEM}_space-T1w_desc-preproc_bold.nii.gz",
    ]
    assert pairs.confounds == (f"{STEM}_desc-confounds_timeseries.tsv",)


def test_twins_of_a_derivative_begin_with_the_raw_run(tmp_path):
    twins = pairs_of(write_bids(tmp_path), f"{STEM}_space-T1w_desc-preproc_bold.nii.gz").twins
    assert paths(twins) == [RAW.format(1), f"{STEM}_space-{MNI}_desc-preproc_bold.nii.gz"]


def test_other_run_has_no_twin_and_no_confounds(tmp_path):
    pairs = pairs_of(write_bids(tmp_path), RAW.format(2))
    assert (pairs.twins, pairs.confounds) == ((), ())


def test_mask_is_of_the_same_space(tmp_path):
    write_bids(tmp_path)
    assert paths(pairs_of(tmp_path, f"{STEM}_space-{MNI}_desc-preproc_bold.nii.gz").masks) == [
        f"{STEM}_space-{MNI}_desc-brain_mask.nii.gz"
    ]
    assert pairs_of(tmp_path, f"{STEM}_space-T1w_desc-preproc_bold.nii.gz").masks == ()
    assert pairs_of(tmp_path, RAW.format(1)).masks == ()


def test_anatomy_has_its_own_mask(tmp_path):
    masks = pairs_of(write_bids(tmp_path), "sub-01/anat/sub-01_T1w.nii.gz").masks
    assert paths(masks) == ["derivatives/fmriprep-23/sub-01/anat/sub-01_desc-brain_mask.nii.gz"]


def test_anatomy_is_the_t1w_of_the_same_space(tmp_path):
    write_bids(tmp_path)
    assert pairs_of(tmp_path, RAW.format(1)).anatomies[0].path == "sub-01/anat/sub-01_T1w.nii.gz"
    in_mni = pairs_of(tmp_path, f"{STEM}_space-{MNI}_desc-preproc_bold.nii.gz").anatomies[0]
    assert in_mni.path == f"derivatives/fmriprep-23/sub-01/anat/sub-01_space-{MNI}_desc-preproc_T1w.nii.gz"


def test_anatomy_is_of_the_same_session(tmp_path):
    anatomies = pairs_of(write_bids(tmp_path), "sub-02/ses-b/func/sub-02_ses-b_task-rest_bold.nii.gz").anatomies
    assert [file.session for file in anatomies] == ["b", "a"]


def test_notes_run_finds_its_events_and_anatomy(tmp_path):
    pairs = pairs_of(write_notes(tmp_path), "sub-005/func/sub-005_task-game_run-01_bold_defaced.nii")
    assert pairs.events == ("sub-005/func/sub-005_task-game_run-01_events.tsv",)
    assert paths(pairs.anatomies) == ["sub-005/anat/sub-005_T1w_defaced.nii"]


def test_functional_connectomes_run_prefers_the_whole_head(tmp_path):
    pairs = pairs_of(write_fcp(tmp_path), "Leiden/sub01787/func/rest.nii.gz")
    assert [file.file_name for file in pairs.anatomies] == ["mprage_anonymized.nii.gz", "mprage_skullstripped.nii.gz"]
    assert all(file.dataset == "Leiden" for file in pairs.anatomies)


def test_motion_files_of_every_tool_are_paired(tmp_path):
    func = tmp_path / "sub-1" / "func"
    write_image(func / "sub-1_task-a_bold.nii.gz", RUN_SHAPE)
    names = ["rp_sub-1_task-a_bold.txt", "sub-1_task-a_bold_mcf.par", "sub-1_task-a_desc-confounds_timeseries.tsv"]
    for name in (*names, "sub-1_task-b_bold_mcf.par", "sub-1_task-a_censor.1D", "README.txt"):
        write_text(func / name, "0 0 0 0 0 0\n")
    confounds = pairs_of(tmp_path, "sub-1/func/sub-1_task-a_bold.nii.gz").confounds
    assert [path.rpartition("/")[2] for path in confounds] == [names[2], names[0], names[1]]


def test_motion_file_without_a_task_belongs_to_the_only_run_beside_it(tmp_path):
    write_image(tmp_path / "run1.feat" / "filtered_func_data.nii.gz", RUN_SHAPE)
    write_text(tmp_path / "run1.feat" / "mc" / "prefiltered_func_data_mcf.par", "0 0 0 0 0 0\n")
    confounds = pairs_of(tmp_path, "run1.feat/filtered_func_data.nii.gz").confounds
    assert confounds == ("run1.feat/mc/prefiltered_func_data_mcf.par",)


def test_motion_file_beside_two_runs_belongs_to_the_one_it_names(tmp_path):
    for name in ("rest_a.nii", "rest_b.nii"):
        write_image(tmp_path / "x" / name, RUN_SHAPE)
    write_text(tmp_path / "x" / "rp_rest_b.txt", "0 0 0 0 0 0\n")
    write_text(tmp_path / "x" / "dfile.1D", "0 0 0 0 0 0\n")
    assert pairs_of(tmp_path, "x/rest_a.nii").confounds == ()
    assert pairs_of(tmp_path, "x/rest_b.nii").confounds == ("x/rp_rest_b.txt",)


def test_plain_folder_pairs_the_anatomy_beside_the_run(tmp_path):
    write_image(tmp_path / "ann" / "t1.nii")
    write_image(tmp_path / "bob" / "t1.nii")
    write_image(tmp_path / "bob" / "bold.nii", RUN_SHAPE)
    assert paths(pairs_of(tmp_path, "bob/bold.nii").anatomies) == ["bob/t1.nii"]


def test_same_subject_of_another_dataset_is_another_person(tmp_path):
    write_image(tmp_path / "one" / "sub-01" / "anat" / "sub-01_T1w.nii.gz")
    run = write_image(tmp_path / "two" / "sub-01" / "func" / "sub-01_task-a_bold.nii.gz", RUN_SHAPE)
    assert pairs_of(tmp_path, run.relative_to(tmp_path).as_posix()).anatomies == ()


def test_real_fmriprep_1_0_run_finds_old_confounds(shared_data):
    pairs = pairs_of(shared_data / "ds005-fmriprep", "sub-01/func/sub-01_task-mixedgamblestask_run-01_bold.nii.gz")
    assert pairs.events == ("sub-01/func/sub-01_task-mixedgamblestask_run-01_events.tsv",)
    folder = "derivatives/fmriprep/sub-01/func"
    assert pairs.confounds == (f"{folder}/sub-01_task-mixedgamblestask_run-01_bold_confounds.tsv",)
