"""What happens before a camera, judged from the subjects that its tracker follows: lines, zones, rules.

The parts, each a pure value or step: `geometry` (lines and zones in shares of the picture), `edge` (on which
side of one somebody is, steadily), `visit` (one object's stay in the picture, across tracks), `crossings` and
`stays` (who crossed which line, who is in which zone), `moment` (all of it at one time, which the `rules` are
told), and `scene`, which puts them together.
"""
