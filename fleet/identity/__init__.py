"""Who is who: the certificate authority, the certificates that it issues, the key that signs statements.

Errors: `IdentityError`, with the leaf `RefusedRequest` (a certificate request that we do not sign).
"""


class IdentityError(Exception):
    """A key or a certificate cannot be used; the message names the file, the cause and the next step."""


class RefusedRequest(IdentityError):
    """A certificate request is not signed; the message says why."""
