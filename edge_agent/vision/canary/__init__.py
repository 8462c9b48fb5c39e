"""The canary of a model: it is tried in a process of its own before it may serve.

A damaged `.tflite` may crash the process that loads it, so no unit is the first to try.
"""
