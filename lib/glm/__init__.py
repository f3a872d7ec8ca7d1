"""What did the task do to the signal? Events, conditions and the responses they should have made."""
