"""Models by name: manifests pinned by SHA-256, and where their files are found.

Errors are a small tree:

- `ModelError`: any failure to provide a model
  - `Unknown`: there is no manifest of that name
  - `Unavailable`: no place had the file; the text names every place tried, why it failed, and what to do
  - `WrongFile`: a file is not the one that the manifest names (its SHA-256 or size differs)
  - `Forged`: its manifest is not signed by the key that the settings name
"""


class ModelError(Exception):
    """A model cannot be provided; the message names the thing, the cause and the next step."""


class Unknown(ModelError):
    """There is no manifest of that name."""


class Unavailable(ModelError):
    """No place had the file."""


class WrongFile(ModelError):
    """A file is not the one that the manifest names."""


class Forged(ModelError):
    """Its manifest is not signed by the key that the settings name."""
