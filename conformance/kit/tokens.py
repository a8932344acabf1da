"""Keys and client tokens. Tokens are put together by hand because most checks need one that no library would make."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

CURVES = {
    "secp256r1": ("P-256", "ES256", hashes.SHA256, 32),
    "secp384r1": ("P-384", "ES384", hashes.SHA384, 48),
    "secp521r1": ("P-521", "ES512", hashes.SHA512, 66),
}
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class Key:
    """A private key with its `kid`."""

    def __init__(self, private, kid=None):
        self.private = private
        self.kid = kid or thumbprint(self.jwk())

    @classmethod
    def load(cls, file, kid=None):
        """A PEM file; the kid comes from `kid`, else from the one matching key of a jwks.json beside the file."""
        key = cls(serialization.load_pem_private_key(Path(file).read_bytes(), None), kid)
        beside = Path(file).with_name("jwks.json")
        if kid is None and beside.is_file():
            mine = key.jwk()
            for known in json.loads(beside.read_text()).get("keys", []):
                if all(known.get(name) == mine.get(name) for name in ("kty", "x", "y", "n", "e")) and "kid" in known:
                    key.kid = known["kid"]
        return key

    @classmethod
    def generate(cls, kind="P-384", kid=None):
        if kind.startswith("RSA"):
            return cls(rsa.generate_private_key(65537, int(kind[3:] or 2048)), kid)
        return cls(ec.generate_private_key({"P-256": ec.SECP256R1, "P-384": ec.SECP384R1}[kind]()), kid)

    @property
    def elliptic(self):
        return isinstance(self.private, ec.EllipticCurvePrivateKey)

    @property
    def algorithm(self):
        return CURVES[self.private.curve.name][1] if self.elliptic else "RS384"

    def jwk(self):
        public = self.private.public_key().public_numbers()
        if self.elliptic:
            name, algorithm, _, size = CURVES[self.private.curve.name]
            found = {
                "kty": "EC",
                "crv": name,
                "x": number(public.x, size),
                "y": number(public.y, size),
                "alg": algorithm,
            }
        else:
            found = {"kty": "RSA", "n": number(public.n), "e": number(public.e), "alg": "RS384"}
        found["use"] = "sig"
        if getattr(self, "kid", None):
            found["kid"] = self.kid
        return found

    def public_pem(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, data, algorithm=None, der=False):
        algorithm = algorithm or self.algorithm
        if self.elliptic:
            _, _, digest, size = CURVES[self.private.curve.name]
            signature = self.private.sign(data, ec.ECDSA(digest()))
            if der:
                return signature
            r, s = utils.decode_dss_signature(signature)
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        digest = HASHES[algorithm[2:]]()
        scheme = (
            padding.PKCS1v15() if algorithm.startswith("RS") else padding.PSS(padding.MGF1(digest), digest.digest_size)
        )
        return self.private.sign(data, scheme, digest)


def thumbprint(jwk):
    """RFC 7638."""
    names = ("crv", "kty", "x", "y") if jwk["kty"] == "EC" else ("e", "kty", "n")
    text = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"), sort_keys=True)
    return b64(hashlib.sha256(text.encode()).digest())


def claims_for(issuer, audience, **changes):
    """The claims of a good token that lives five minutes. A change to None leaves the claim out."""
    now = int(time.time())
    claims = {"iss": issuer, "aud": audience, "iat": now - 1, "exp": now + 300, "jti": str(uuid.uuid4())}
    claims.update(changes)
    return {name: value for name, value in claims.items() if value is not None}


def encode(key, claims, header=None, signature=None, raw_header=None, raw_claims=None, **sign_options):
    """A compact JWS. `signature`: bytes, or a function from signing input to bytes, in place of the key's own."""
    head = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}
    head.update(header or {})
    head = {name: value for name, value in head.items() if value is not None}
    data = "{}.{}".format(
        b64((raw_header or json.dumps(head)).encode()), b64((raw_claims or json.dumps(claims)).encode())
    )
    if signature is None:
        signature = key.sign(data.encode(), head.get("alg"), **sign_options)
    elif callable(signature):
        signature = signature(data.encode())
    return f"{data}.{b64(signature)}"


def hmac_with(secret, bits="256"):
    return lambda data: hmac.new(secret, data, "sha" + bits).digest()
