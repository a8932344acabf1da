"""1.11 Client authentication and JWT."""

import base64
import json
import time

from .. import tokens
from ..tokens import Key, claims_for, encode, hmac_with
from . import Skipped, expect, expect_status, row


def target(session):
    session.need_key()
    service = session.service()
    return service, session.path(service)


def send(session, token, body=None, **headers):
    service, path = target(session)
    return session.post(path, body if body is not None else session.request(service), token=token, **headers)


def make(
    session, header=None, key=None, path=None, signature=None, raw_header=None, raw_claims=None, der=False, **claims
):
    """A token for the service with changes; it is good when nothing is changed."""
    _service, own = target(session)
    issuer = claims.pop("iss", session.setup["issuer"])
    audience = claims.pop("aud", session.audience(path or own))
    full = claims_for(issuer, audience, **{"tenant": session.setup.get("tenant"), **claims})
    return encode(key or session.key, full, header, signature, raw_header, raw_claims, **({"der": True} if der else {}))


def refused(session, token, what):
    return expect_status(send(session, token), 401, what)


def accepted(session, token, what):
    return expect_status(send(session, token), 200, what)


@row("AUTH-01")
def token_is_accepted(session):
    accepted(session, make(session), "a good token")
    return "a good token: 200"


@row("AUTH-02")
def token_is_demanded(session):
    answer = refused(session, None, "no token")
    expect(
        (answer.header("WWW-Authenticate") or "").startswith("Bearer"),
        f"WWW-Authenticate: {answer.header('WWW-Authenticate')}",
    )
    return "no token: 401, WWW-Authenticate: Bearer"


@row("AUTH-03")
def scheme(session):
    for form in ("bearer {}", "BEARER {}", "Bearer  {}"):
        expect_status(send(session, None, Authorization=form.format(make(session))), 200, form)
    expect_status(send(session, None, Authorization="Basic " + base64.b64encode(b"a:b").decode()), 401, "Basic")
    return "any case, two blanks: 200; Basic: 401"


@row("AUTH-04")
def unknown_issuer(session):
    refused(session, make(session, iss="https://kit-stranger.example"), "an unknown iss with a good signature")
    return "an unknown iss with a good signature: 401"


@row("AUTH-05")
def no_reason_given(session):
    now = int(time.time())
    bad = {
        "no token": None,
        "garbage": "x",
        "three parts": "a.b.c",
        "expired": make(session, exp=now - 3600, iat=now - 7200),
        "wrong aud": make(session, aud="https://kit-stranger.example"),
        "wrong iss": make(session, iss="urn:x"),
        "alg none": make(session, {"alg": "none"}, signature=b""),
        "no kid": make(session, {"kid": None}),
        "wrong kid": make(session, {"kid": "kit-none"}),
        "wrong signature": make(session, signature=b"x" * 96),
    }
    seen = set()
    for what, token in bad.items():
        answer = refused(session, token, what)
        seen.add((answer.body, answer.header("WWW-Authenticate")))
    expect(len(seen) == 1, f"{len(seen)} different answers: {[body[:60] for body, _ in seen]}")
    return f"{len(bad)} failures, one answer: {seen.pop()[0][:40]!r}"


@row("AUTH-06")
def before_the_body(session):
    _service, path = target(session)
    expect_status(session.post(path, b"{ not json", token="x.y.z"), 401, "a bad token and a malformed body")
    if session.ehr:
        session.ehr.reset()
        body = session.with_ehr(session.request(session.service(), prefetch=False))
        refused_call = session.call(body, token="x.y.z")
        expect_status(refused_call, 401, "a bad token and a FHIR server")
        expect(not session.ehr.seen, "the FHIR server was called for a bad token")
    return "a bad token and a malformed body: 401"


@row("AUTH-07")
def entitled_services(session):
    restricted = session.need("restricted", "a client entitled to some services only: restricted of --setup")
    session.need_key()
    told = {}
    for service in session.services():
        path = session.path(service)
        answer = session.post(path, session.request(service), token=session.token(path, iss=restricted["issuer"]))
        told[service["id"]] = answer.status
        expect_status(answer, 200 if service["id"] in restricted["services"] else 403, service["id"])
    return ", ".join(f"{name}: {status}" for name, status in told.items())


@row("JWT-01")
def alg_none(session):
    for name in ("none", "None", "NONE", "nOnE"):
        refused(session, make(session, {"alg": name}, signature=b""), f"alg {name}")
        refused(session, make(session, {"alg": name}, signature=b"x"), f"alg {name} with a signature")
    return "none in four spellings, with and without signature: 401"


@row("JWT-02")
def symmetric(session):
    secrets = (session.need_key().public_pem(), json.dumps(session.key.jwk()).encode(), b"")
    for bits in ("256", "384", "512"):
        for secret in secrets:
            refused(session, make(session, {"alg": "HS" + bits}, signature=hmac_with(secret, bits)), "HS" + bits)
    return "HS256, HS384, HS512, also keyed with the public key: 401"


@row("JWT-03")
def algorithms(session):
    session.need_key()
    other = "RS384" if session.key.elliptic else "ES384"
    refused(
        session,
        make(session, {"alg": other}, signature=session.key.sign(b"x") if session.key.elliptic else b"x" * 96),
        f"{other} with a key of another kind",
    )
    accepted(session, make(session), session.key.algorithm)
    good = [session.key.algorithm]
    for extra in session.setup.get("keys", {}):
        key = Key.load(session.setup["keys"][extra]["file"], session.setup["keys"][extra]["kid"])
        accepted(session, make(session, {"alg": extra}, key=key), extra)
        good.append(extra)
    return f"{', '.join(good)}: 200; {other} with a key of another kind: 401"


@row("JWT-04")
def header_members(session):
    refused(session, make(session, {"kid": None}), "no kid")
    refused(session, make(session, {"alg": None}), "no alg")
    refused(session, make(session, {"kid": 7}), "a kid that is a number")
    accepted(session, make(session, {"typ": "jwt"}), "typ jwt")
    answer = expect_status(send(session, make(session, {"typ": None})), (200, 401), "no typ")
    return f"no kid, no alg: 401; typ in another case: 200; no typ: {answer.status}"


@row("JWT-05")
def kid_is_exact(session):
    odd = (session.setup.get("keys_by_kid") or {}).get("a+b/c=")
    for kid in (session.need_key().kid + " ", session.key.kid.swapcase() + "x"):
        refused(session, make(session, {"kid": kid}), f"kid {kid!r}")
    if odd is None:
        raise Skipped("a kid that differs is refused; a kid with + / = needs keys_by_kid of --setup")
    accepted(session, make(session, key=Key.load(odd, "a+b/c=")), "kid a+b/c=")
    return "kid a+b/c=: 200; a kid that differs: 401"


@row("JWT-06")
def critical_and_hints(session):
    refused(session, make(session, {"crit": ["x"], "x": 1}), "crit [x]")
    refused(session, make(session, {"crit": []}), "crit []")
    attacker = Key.generate("P-384", session.need_key().kid)
    refused(session, make(session, {"jwk": attacker.jwk()}, key=attacker), "an embedded jwk")
    own = Key.generate("P-384", "kit-attacker")
    refused(
        session, make(session, {"jwk": own.jwk(), "x5u": "https://kit.example/x"}, key=own), "an embedded jwk and x5u"
    )
    accepted(session, make(session, {"x5t": "kit"}), "an unknown header member")
    return "crit: 401; an embedded jwk of an attacker: 401"


@row("JWT-07")
def claims(session):
    for name in ("iss", "aud", "exp", "iat", "jti"):
        refused(session, make(session, **{name: None}), f"no {name}")
    for name, value in (("exp", "soon"), ("iat", "now"), ("jti", 7), ("aud", 7), ("iss", ["x"]), ("exp", None)):
        refused(session, make(session, **{name: value}), f"{name} {value!r}")
    refused(session, make(session, raw_claims="[]"), "claims that are an array")
    return "each claim missing or of a wrong type: 401"


@row("JWT-08")
def audience(session):
    _service, path = target(session)
    accepted(session, make(session, aud=[session.audience(path), "x"]), "aud in an array")
    refused(session, make(session, path="/cds-services/kit-other"), "aud of another service")
    refused(session, make(session, aud=[]), "aud []")
    others = [s for s in session.services() if s["id"] != session.service()["id"]]
    if others:
        refused(session, make(session, path=session.path(others[0])), f"aud of {others[0]['id']}")
    return "string and array: 200; another service's URL: 401"


@row("JWT-09")
def issuer_is_exact(session):
    issuer = session.need_key() and session.setup["issuer"]
    for other in (issuer + "/", issuer.upper(), " " + issuer):
        if other != issuer:
            refused(session, make(session, iss=other), f"iss {other!r}")
    return "with a trailing slash, in upper case: 401"


@row("JWT-10")
def times(session):
    now = time.time()
    refused(session, make(session, exp=int(now) - 75, iat=int(now) - 300), "exp 75 s ago")
    accepted(session, make(session, exp=int(now) - 20, iat=int(now) - 300), "exp 20 s ago")
    refused(session, make(session, iat=int(now) + 600, exp=int(now) + 900), "iat in ten minutes")
    refused(session, make(session, nbf=int(now) + 600), "nbf in ten minutes")
    accepted(session, make(session, iat=now - 1.5, exp=now + 299.5), "fractional times")
    claims = claims_for(
        session.setup["issuer"], session.audience(target(session)[1]), tenant=session.setup.get("tenant")
    )
    raw = json.dumps(claims).replace(str(claims["exp"]), f"{claims['exp'] / 1e9:.9f}e9")
    accepted(session, make(session, raw_claims=raw), "exp in exponential form")
    return "exp -75 s 401, -20 s 200; iat and nbf in the future 401; fractions and exponents read"


@row("JWT-11")
def life(session):
    now = int(time.time())
    refused(session, make(session, iat=now - 1, exp=now + 24 * 3600), "a token of 24 hours")
    accepted(session, make(session, iat=now - 300, exp=now + 900), "a token of 20 minutes")
    return "20 minutes: 200; 24 hours: 401"


@row("JWT-12")
def replay(session):
    token = make(session)
    accepted(session, token, "the first use")
    refused(session, token, "the second use")
    return "the same token twice: 200, then 401"


@row("JWT-13")
def tenant(session):
    session.need("tenant", "a client with a list of tenants: tenant of --setup")
    expect_status(send(session, make(session, tenant="kit-unknown")), (401, 403), "an unknown tenant")
    return "an unknown tenant is refused"


@row("JWT-14")
def extra_claims(session):
    now = int(time.time())
    accepted(
        session,
        make(session, sub="kit", nbf=now - 300, **{"vendor.claim": {"x": [1]}}),
        "sub, nbf and a vendor's claim",
    )
    return "sub, nbf and a vendor's claim: 200"


@row("JWT-19")
def signature_form(session):
    session.need_key()
    if session.key.elliptic:
        refused(session, make(session, der=True), "a DER signature")
        refused(session, make(session, signature=b"\0" * 96), "an all-zero signature")
    good = make(session)
    head, body, signature = good.split(".")
    refused(session, f"{head}.{body}.{signature}==", "padded base64url")
    refused(session, f"{head}.{body}.{signature[:-1]}{chr(ord(signature[-1]) ^ 1)}", "a changed last character")
    claims = json.dumps(claims_for(session.setup["issuer"], session.audience(target(session)[1])))
    twice = claims[:-1] + ', "iss": "https://kit-stranger.example"}'
    refused(session, make(session, raw_claims=twice), "iss twice")
    small = session.setup.get("small_rsa")
    if small:
        key = Key.load(small["file"], small["kid"])
        refused(session, make(session, {"alg": "RS384"}, key=key), "an RSA key of 1024 bits")
    return "DER, zeros, padding, duplicate members" + (", a 1024-bit key" if small else "") + ": 401"


def by_url(session):
    """The client whose keys the service fetches from the stub, at {ehr}/jwks.json."""
    session.need_key()
    found = session.need("jku", "a client whose keys are at the stub EHR: jku of --setup, and --ehr")
    if session.ehr is None:
        raise Skipped("needs --ehr")
    return found


def offer(session, *keys):
    session.ehr.keys = [key.jwk() for key in keys]


@row("JWT-15")
def keys_by_url(session):
    client = by_url(session)
    offer(session, session.key)
    session.ehr.reset()
    accepted(session, make(session, iss=client["issuer"]), "keys at a URL, none named in the header")
    accepted(session, make(session, {"jku": client["url"]}, iss=client["issuer"]), "jku in the header")
    accepted(session, make(session), "keys agreed out of band")
    return f"keys at a URL ({len(session.ehr.key_calls())} fetch(es)) and keys agreed out of band: 200"


@row("JWT-16")
def unlisted_key_url(session):
    client = by_url(session)
    session.trap.reset()
    session.trap.keys = [session.key.jwk()]
    refused(
        session, make(session, {"jku": session.trap.origin + "/jwks.json"}, iss=client["issuer"]), "an unlisted jku"
    )
    refused(session, make(session, {"jku": session.trap.origin + "/jwks.json"}), "a jku for a client without")
    expect(not session.trap.seen, "the unlisted jku was called")
    return "401, no connection"


@row("JWT-17")
def rotation(session):
    client = by_url(session)
    offer(session, session.key)
    accepted(session, make(session, iss=client["issuer"]), "before the rotation")
    new = Key.generate("P-384", "kit-rotated-" + tokens.b64(str(time.time()).encode()))
    offer(session, session.key, new)
    wait = session.setup.get("jwks_refetch_seconds", 0)
    session.ehr.reset()
    deadline = time.monotonic() + wait
    answer = send(session, make(session, key=new, iss=client["issuer"]))
    while answer.status == 401 and time.monotonic() < deadline:
        time.sleep(0.5)
        answer = send(session, make(session, key=new, iss=client["issuer"]))
    expect_status(answer, 200, "a new key in the set")
    session.ehr.reset()
    for n in range(30):
        refused(session, make(session, {"kid": f"kit-random-{n}"}, iss=client["issuer"]), "an unknown kid")
    fetches = len(session.ehr.key_calls())
    expect(fetches <= 5, f"30 unknown kids caused {fetches} fetches")
    return f"a new key is found; 30 unknown kids: 401 and {fetches} fetch(es)"


@row("JWT-18")
def key_host_down(session):
    client = by_url(session)
    offer(session, session.key)
    accepted(session, make(session, iss=client["issuer"]), "the host is up")
    session.ehr.reset()
    session.ehr.jwks_down = True
    try:
        accepted(session, make(session, iss=client["issuer"]), "the host is down, the key is known")
        refused(
            session, make(session, {"kid": "kit-unknown"}, iss=client["issuer"]), "the host is down, the key unknown"
        )
    finally:
        session.ehr.jwks_down = False
    return "a known key: 200; an unknown one: 401"
