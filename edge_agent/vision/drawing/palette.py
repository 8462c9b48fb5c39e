"""Colours that people with any colour vision tell apart (Okabe and Ito, 2008); shapes tell the same again."""

Colour = tuple[int, int, int]

ZONE: Colour = (86, 180, 233)
LINE: Colour = (240, 228, 66)
MASK: Colour = (204, 121, 167)
SEEN: Colour = (0, 200, 140)
"""A box of something that was seen just now: their bluish green, a little lighter for dark pictures."""
BELIEVED: Colour = (230, 159, 0)
"""A box of something that is believed to be there although it was not seen just now; drawn by its corners."""
ALARM: Colour = (255, 110, 30)
INK: Colour = (16, 18, 22)
PAPER: Colour = (255, 255, 255)
