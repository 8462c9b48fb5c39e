"""Who is on the street: what people and vehicles look like, how they move, and their ways in time."""
