"""What Voxel Explorer computes, caches and draws; pages call it and place the results."""
