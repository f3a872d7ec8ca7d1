"""What did one voxel or region do over time?"""
