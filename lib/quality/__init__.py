"""Is this run any good?"""
