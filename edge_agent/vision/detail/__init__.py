"""Small things and crowds: parts of a picture are looked at enlarged, and what they tell is made one."""
