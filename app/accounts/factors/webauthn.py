"""The service as a relying party of WebAuthn: its name and origin, what it asks of a device, and its checks of answers.

Nothing else knows the library. No attestation is asked for: who made a device decides nothing here, and would tell
something of its owner.
"""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.parse_attestation_object import parse_attestation_object
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.settings import Settings

NAME = "三库 Sanku"
TIMEOUT_MS = 300_000
"""How long a browser waits for its user, as long as a challenge lives."""

_MAX_ID_BYTES = 1023
_RSA_BITS = (2048, 8192)  # a longer one would only take time
# What devices really have: phones and keys, Ed25519 keys, Windows Hello.
_ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]

# What a hostile answer provokes in the library, and in the decoders below it, which take its parts for what they should
# be. A want of memory or a fault of the installation is none of these.
_PROVOKED = (
    *(WebAuthnException, InvalidSignature, UnsupportedAlgorithm, struct.error),
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError),
)


class AnswerRefused(Exception):
    """The answer of a device does not prove what it should; the message says why, for the log and the audit trail."""

    def __init__(self, reason: str) -> None:
        # It may quote the answer, and no database stores all that JSON can hold.
        super().__init__("".join(char if char.isprintable() else "?" for char in reason)[:150])


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a device registers: its id in base64url, the public key (COSE), its count of uses, and whether it has asked
    for a PIN, finger or face."""

    credential_id: str
    public_key: bytes
    sign_count: int
    has_verified_user: bool


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is stored of a passkey that is asked for, or that answers."""

    credential_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a device's answer proves: its count of uses, and whether it has asked for a PIN, finger or face."""

    sign_count: int
    has_verified_user: bool


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """`id` is the domain to which passkeys are bound, `origin` the address at which browsers may use them."""

    id: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """By the public address; None where browsers have no passkeys: without https, and at a numeric address.

        This machine's own address counts as `localhost`.
        """
        address = urlsplit(settings.public_url)
        host, port = (address.hostname or "").encode("idna").decode("ascii"), address.port
        if host in ("127.0.0.1", "::1"):
            host = "localhost"
        is_usual = port is None or (address.scheme, port) in (("https", 443), ("http", 80))
        is_safe = address.scheme == "https" or (address.scheme == "http" and host == "localhost")
        if not is_safe or not host or _is_number(host):
            return None
        return cls(host, f"{address.scheme}://{host}" + ("" if is_usual else f":{port}"))

    def creation_options(
        self, challenge: bytes, *, user_id: bytes, email: str, name: str, present: Sequence[KnownKey]
    ) -> dict[str, Any]:
        """What `navigator.credentials.create` is to be given, as JSON. `present`: they make no second one."""
        options = generate_registration_options(
            rp_id=self.id,
            rp_name=NAME,
            user_id=user_id,
            user_name=email,
            user_display_name=name,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(present),
            supported_pub_key_algs=_ALGORITHMS,
        )
        return options_to_json_dict(options)

    def request_options(
        self, challenge: bytes, *, allowed: Sequence[KnownKey], must_verify: bool
    ) -> dict[str, Any]:
        """What `navigator.credentials.get` is to be given, as JSON. Without `allowed` the device offers what it has."""
        wish = UserVerificationRequirement.REQUIRED if must_verify else UserVerificationRequirement.PREFERRED
        options = generate_authentication_options(
            rp_id=self.id,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            allow_credentials=_descriptors(allowed),
            user_verification=wish,
        )
        return options_to_json_dict(options)

    def check_registration(self, answer: Mapping[str, Any], challenge: bytes) -> NewKey:
        """
        Raises:
            AnswerRefused: it is malformed, not for this challenge, address or user, or its key is of a weak kind.
        """
        with _provoked_errors_refused():
            credential = parse_registration_credential_json(dict(answer))
            _require_own_frame(credential.response.client_data_json)
            _require_sane_key(_attested_key(credential.response.attestation_object))
            verified = verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                supported_pub_key_algs=_ALGORITHMS,
            )
            if not 1 <= len(verified.credential_id) <= _MAX_ID_BYTES:
                raise AnswerRefused(f"an id of {len(verified.credential_id)} bytes")
            if bytes_to_base64url(verified.credential_id) != credential.id:
                raise AnswerRefused("the id is not that of the key")
        return NewKey(
            credential.id, verified.credential_public_key, verified.sign_count, verified.user_verified
        )

    def check_assertion(
        self, answer: Mapping[str, Any], challenge: bytes, *, key: KnownKey, must_verify: bool
    ) -> Assertion:
        """The count of uses is for the caller to compare.

        Raises:
            AnswerRefused: it is malformed, not for this challenge or address, or not signed by this key; with
                `must_verify` also where the device has not asked for a PIN, finger or face.
        """
        with _provoked_errors_refused():
            credential = parse_authentication_credential_json(dict(answer))
            _require_own_frame(credential.response.client_data_json)
            verified = verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=key.public_key,
                credential_current_sign_count=0,
                require_user_verification=must_verify,
            )
            if credential.id != key.credential_id:
                raise AnswerRefused("the id is not that of the key")
        return Assertion(verified.new_sign_count, verified.user_verified)


def user_handle(answer: Mapping[str, Any]) -> bytes | None:
    """Whose passkey it is, as the device says; None if it says nothing that can be read."""
    response = answer.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    try:
        return base64url_to_bytes(handle) if isinstance(handle, str) and handle else None
    except ValueError:
        return None


@contextmanager
def _provoked_errors_refused() -> Iterator[None]:
    try:
        yield
    except _PROVOKED as error:
        raise AnswerRefused(f"{type(error).__name__}: {error}") from error


def _descriptors(keys: Sequence[KnownKey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in keys]


def _require_own_frame(client_data: bytes) -> None:
    """No frame of another site: the library leaves that to its user."""
    if parse_client_data_json(client_data).cross_origin or "topOrigin" in json.loads(client_data):
        raise AnswerRefused("asked for from a frame of another site")


def _attested_key(attestation: bytes) -> bytes:
    """The key that is to be registered. Browsers leave out certificates of a device's maker, as asked; what signs for
    itself they leave as it is."""
    found = parse_attestation_object(attestation)
    if found.fmt != "none" and (found.fmt != "packed" or found.att_stmt.x5c):
        raise AnswerRefused(f"an attestation of the form {found.fmt!r}")
    if found.auth_data.attested_credential_data is None:
        raise AnswerRefused("no key")
    return found.auth_data.attested_credential_data.credential_public_key


def _require_sane_key(public_key: bytes) -> None:
    decoded = decode_credential_public_key(public_key)
    key = decoded_public_key_to_cryptography(decoded)
    match key:
        case EllipticCurvePublicKey():
            is_sane = isinstance(key.curve, SECP256R1) and (
                decoded.alg == COSEAlgorithmIdentifier.ECDSA_SHA_256
            )
        case Ed25519PublicKey():
            is_sane = decoded.alg == COSEAlgorithmIdentifier.EDDSA
        case RSAPublicKey():
            is_sane = _RSA_BITS[0] <= key.key_size <= _RSA_BITS[1] and (
                decoded.alg == COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256
            )
        case _:
            is_sane = False
    if not is_sane:
        raise AnswerRefused("a weak kind of key")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
