"""The gate: which pictures of a camera are worth decoding and detecting, and how sure that is.

Pure cores: `background` (did anything move?), `unrest` (or was it the weather?), `decision` (open or closed),
`sizes` (packet sizes as an early hint), `audit` (what the gate misses), `gops` (what is kept undecoded),
`capture` (when a picture was taken). `luma` reads brightness from pictures; `watch` is the edge that turns a
camera's stream into frames.
"""
