"""What the console, the API and the commands read: one question each, answered as plain values."""
