"""What stands on the anatomy page?"""
