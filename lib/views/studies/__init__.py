"""What stands on the studies page?"""
