"""Pictures that may be seen by people: made, kept and counted.

`release` is the one door: no JPEG exists, and no picture is shown, that did not pass through it. `mosaic`
covers heads, `people` tells where they may be, `mask` burns in what is never to be seen. `books` keep count.
"""
