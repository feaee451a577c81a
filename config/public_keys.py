"""The public keys by which SendGrid's posts prove where they come from."""

from __future__ import annotations

import base64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key


def public_key(text: str) -> EllipticCurvePublicKey:
    """The key as SendGrid shows it (one line of base64), or the same as PEM. Raises ``ValueError`` where it is no
    public key on an elliptic curve; the sentence does not repeat it."""
    lines = "".join(line for line in text.splitlines() if "-----" not in line)
    try:
        key = load_der_public_key(base64.b64decode("".join(lines.split()), validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("must be a public key as SendGrid shows it: one line of base64, or PEM")
    return key
