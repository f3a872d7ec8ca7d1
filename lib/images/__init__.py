"""What does a file hold and say?"""
