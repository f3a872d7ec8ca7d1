"""What stands on the spaces page?"""
