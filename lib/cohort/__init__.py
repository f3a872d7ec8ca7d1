"""How is this done to every run, on all cores or on a cluster?"""
