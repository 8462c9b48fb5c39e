"""Whether a camera still shows what it should: covered, out of focus, moved, blinded, frozen, black, lost.

Pure cores: `view` (is it the usual view?), `still` (does the picture live?), `case` (told once, cleared
once) and `step`, which puts them together. `guard` is the seam between the thread that reads a camera and
the one that tells; `report` says it in words.
"""
