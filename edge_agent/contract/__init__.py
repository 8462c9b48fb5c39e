"""What the device and the fleet say to each other: topics, events, acknowledgements, commands.

The fleet imports nothing else of the device. Errors are a small tree:

- `ContractError`: any breach of the contract
  - `Malformed`: not a message that we know (not JSON, a wrong type, a missing part)
  - `Oversize`: more than `MAX_MESSAGE_BYTES`
  - `BadSignature`: a signed statement that its signer did not make, or that is not for us, or is over
"""

MAX_MESSAGE_BYTES = 64 * 1024
"""The largest event that is sent or accepted, in bytes of its JSON."""


class ContractError(Exception):
    """A message breaks the contract."""


class Malformed(ContractError):
    """A message is not one that we know; the text says which part is wrong."""


class Oversize(ContractError):
    """A message is larger than `MAX_MESSAGE_BYTES`."""


class BadSignature(ContractError):
    """A signed statement is forged, for somebody else, or expired."""
