"""Codes by time (TOTP, RFC 6238): six digits, 30 seconds, SHA-1, as every authenticator app knows them."""

from datetime import datetime

import pyotp
import segno

ISSUER = "Sanku"
PERIOD = 30
_DRIFT = (0, -1, 1)
"""Periods beside the present one whose code counts too: clocks differ, and typing takes time."""


def new_secret() -> str:
    """A random secret of 160 bits in base 32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str) -> str:
    """The address from which an app takes the secret (`otpauth://`)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def qr_code(uri: str) -> str:
    """A QR code of the address as an SVG in a `data:` address, made here: the secret goes nowhere else."""
    return str(segno.make(uri, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))


def matching_step(secret: str, code: str, *, at: datetime, after: int | None) -> int | None:
    """The period whose code this is; None if it is wrong, or of a period up to `after`: that one was used."""
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp())
    for drift in _DRIFT:
        step = now // PERIOD + drift
        if totp.verify(code, for_time=step * PERIOD) and (after is None or step > after):
            return step
    return None
