"""Where is a voxel? No file and no screen."""
