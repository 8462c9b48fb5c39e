"""A camera looked at for a person: opened, measured for some seconds, judged, and shown with heads covered.

`exposure` and `verdict` are pure; `probe` opens and measures; `subject` says which camera is meant.
"""
