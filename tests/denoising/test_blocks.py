import numpy as np

from lib.denoising.blocks import column_blocks


def test_blocks_cover_every_voxel_once():
    blocks = list(column_blocks(150, 60_000))
    assert len(blocks) > 1
    assert np.concatenate([np.arange(60_000)[block] for block in blocks]).tolist() == list(range(60_000))


def test_there_is_no_block_without_voxels():
    assert list(column_blocks(150, 0)) == []


def test_a_very_long_run_is_taken_one_voxel_at_a_time():
    assert [block.stop - block.start for block in column_blocks(3_000_000, 4)] == [1, 1, 1, 1]
