"""The camera: its lens, its sensor, and what befalls it."""
