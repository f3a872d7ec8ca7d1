"""What in a run is head, scanner or body, and which file says so?"""
