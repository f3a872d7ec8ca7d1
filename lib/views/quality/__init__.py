"""What stands on the quality page?"""
