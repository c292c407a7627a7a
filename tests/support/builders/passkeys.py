"""A software authenticator: makes keys, and answers as a browser with a device does (WebAuthn level 3, ES256)."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tests.support.http import created, ok

ORIGIN = "https://sanku.example.com"
RP_ID = "sanku.example.com"
_UP, _UV, _AT = 0x01, 0x04, 0x40

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def b64(data: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")


def cose(key: Key) -> dict[int, Any]:
    """The public half as COSE."""
    public = key.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        numbers, size = public.public_numbers(), (public.key_size + 7) // 8
        curve = {"secp256r1": 1, "secp384r1": 2}[public.curve.name]
        x, y = numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big")
        return {1: 2, 3: -7, -1: curve, -2: x, -3: y}
    if isinstance(public, rsa.RSAPublicKey):
        rsa_numbers = public.public_numbers()
        return {
            1: 3,
            3: -257,
            -1: rsa_numbers.n.to_bytes(public.key_size // 8, "big"),
            -2: rsa_numbers.e.to_bytes(3, "big"),
        }
    return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}


@dataclass
class Device:
    """A device with one passkey. What it answers can be changed before it is signed, as an attacker would.

    Attributes:
        verifies: whether it asks for a PIN, finger or face.
        count: how often it was used; None if it does not count.
    """

    origin: str = ORIGIN
    rp_id: str = RP_ID
    verifies: bool = True
    count: int | None = 0
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = b""
    user_handle: bytes = b""
    is_present: bool = True

    def make(
        self, options: dict[str, Any], *, algorithm: int | None = None, **client_data: Any
    ) -> dict[str, Any]:
        """The answer of `navigator.credentials.create`."""
        self.user_handle = unb64(options["user"]["id"])
        self.credential_id = self.credential_id or hashlib.sha256(options["challenge"].encode()).digest()
        public = cbor2.dumps(cose(self.key) | ({3: algorithm} if algorithm is not None else {}))
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._data(flags=_AT) + attested
        client = self._client("webauthn.create", options, client_data)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential({"clientDataJSON": b64(client), "attestationObject": b64(attestation)})

    def answer(self, options: dict[str, Any], **client_data: Any) -> dict[str, Any]:
        """The answer of `navigator.credentials.get`."""
        if self.count is not None:
            self.count += 1
        data = self._data()
        client = self._client("webauthn.get", options, client_data)
        return self._credential(
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(self._sign(data + hashlib.sha256(client).digest())),
                "userHandle": b64(self.user_handle) if self.user_handle else None,
            }
        )

    def _client(self, kind: str, options: dict[str, Any], changed: dict[str, Any]) -> bytes:
        told = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(told | changed).encode()

    def _data(self, *, flags: int = 0) -> bytes:
        flags |= (_UP if self.is_present else 0) | (_UV if self.verifies else 0)
        return (
            hashlib.sha256(self.rp_id.encode()).digest()
            + bytes([flags])
            + (self.count or 0).to_bytes(4, "big")
        )

    def _sign(self, signed: bytes) -> bytes:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(signed, ec.ECDSA(SHA256()))
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(signed, PKCS1v15(), SHA256())
        return self.key.sign(signed)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": b64(self.credential_id),
            "rawId": b64(self.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "cross-platform",
            "clientExtensionResults": {},
            "response": response,
        }


def register(
    client: Any, headers: dict[str, str], device: Device | None = None, *, name: str = "测试设备"
) -> tuple[Device, dict[str, Any]]:
    """Register a passkey over the API; answers its device, and what the service answered."""
    device = device or Device()
    asked = ok(client.post("/v1/me/passkeys/options", headers=headers))
    body = {"challenge": asked["challenge"], "credential": device.make(asked["public_key"]), "name": name}
    return device, created(client.post("/v1/me/passkeys", json=body, headers=headers))
