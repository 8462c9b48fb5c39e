"""Between the street and the lens: light from noon to infra-red, lamps, shadows, rain and fog."""
