"""What stands still: the ground, the row of houses with the counter, and what is on the pavements."""
