"""What stands on the time series page?"""
