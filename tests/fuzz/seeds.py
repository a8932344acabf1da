"""Seeds of the fuzz targets, made from what the project holds anyway: requests of the conformance kit, vignettes, examples
and words of the rule set, configurations of the documents. Inputs written by hand are in corpus/."""

import base64
import datetime
import hashlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "conformance" / "vignettes"))
import build as vignettes  # noqa: E402

TODAY = datetime.date(2026, 11, 24)  # tests/fuzz/rules.h
EVERY_VIGNETTE = 6  # one of so many: what matters is what they read, not how often


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def small(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def requests():
    """CDS Hooks requests: every example of the kit, some of the vignettes."""
    for path in sorted((ROOT / "conformance" / "examples").glob("order-*.json")):
        yield read_json(path)
    displays = vignettes.value_set_displays()
    for case in vignettes.load_cases()[::EVERY_VIGNETTE]:
        yield vignettes.write_request(case, displays, TODAY)


def resources_of(bundle):
    if isinstance(bundle, dict) and bundle.get("resourceType") == "Bundle":
        for entry in bundle.get("entry") or []:
            if isinstance(entry, dict) and "resource" in entry:
                yield entry["resource"]
    elif isinstance(bundle, dict):
        yield bundle


def order_sign():
    for request in requests():
        yield small(request)


def review_line():
    """Requests as lines, and the same records as the lines of an export."""
    for number, request in enumerate(requests()):
        if number % 4 == 0:
            yield small(request)
            continue
        lines = []
        for order in resources_of(request["context"]["draftOrders"]):
            lines.append(small({**order, "status": "active", "authoredOn": "2026-11-24"}))
        for bundle in (request.get("prefetch") or {}).values():
            lines += [small(resource) for resource in resources_of(bundle)]
        yield "\n".join(lines) + "\n"


def asked_facts():
    for path in sorted((ROOT / "rules").glob("facts*.json")):
        for fact in read_json(path)["facts"]:
            if "ask" in fact:
                yield fact["id"]


def questionnaire_response():
    facts = list(asked_facts())
    answers = [{"valueBoolean": True}, {"valueBoolean": False}, {"valueCoding": {"code": "Y"}},
               {"valueCoding": {"system": "http://terminology.hl7.org/CodeSystem/v2-0136", "code": "N"}},
               {"valueString": "yes"}]
    for start in range(0, len(facts), 10):
        items = [{"linkId": fact, "answer": [answers[i % len(answers)]]} for i, fact in enumerate(facts[start:start + 10])]
        yield small({"resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed",
                     "subject": {"reference": "Patient/p1"}, "authored": "2026-11-24", "item": items})
    yield small({"resourceType": "QuestionnaireResponse", "status": "amended", "authored": "2026-11",
                 "item": [{"linkId": "g", "item": [{"linkId": facts[0], "answer": [
                     {"valueBoolean": True, "item": [{"linkId": facts[1], "answer": [{"valueBoolean": False}]}]}]}]}]})
    yield small({"resourceType": "QuestionnaireResponse", "status": "completed", "group": {
        "group": {"question": [{"linkId": facts[0], "answer": {"valueBoolean": True}}]}}})


def texts_of(value, names):
    """Every text below a member of one of these names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in names and isinstance(inner, str):
                yield inner
            if name in names and isinstance(inner, list):
                yield from (text for text in inner if isinstance(text, str))
            yield from texts_of(inner, names)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner, names)


def examples():
    for folder in ("rules/examples", "conformance/vignettes"):
        for path in sorted((ROOT / folder).glob("*.json")):
            yield read_json(path)


def dose_text():
    texts = {text for value in examples() for text in texts_of(value, ("dose",))}
    for value in examples():
        for spec in find(value, "dose"):
            texts |= set(texts_of(spec, ("text",)))
    return sorted(text for text in texts if re.search(r"\d", text))


def find(value, name):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            yield from find(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from find(inner, name)


def free_text():
    texts = {text for value in examples() for text in texts_of(value, ("note", "text", "notes", "reason"))}
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())[:300]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token():
    now = int(datetime.datetime(2026, 11, 24, tzinfo=datetime.timezone.utc).timestamp())
    header = {"alg": "ES256", "typ": "JWT", "kid": "k1"}
    claims = {"iss": "https://ehr.example.org", "aud": "https://cds.example.org/cds-services/ivig-order-sign",
              "exp": now + 300, "iat": now, "jti": "first", "tenant": "north"}
    pairs = [(header, claims), ({**header, "jku": "https://ehr.example.org/keys"}, claims),
             (header, {**claims, "aud": [claims["aud"], "https://other.example.org"], "sub": "ehr", "nbf": now - 5}),
             (header, {**claims, "exp": now - 61}), (header, {**claims, "iat": now + 61, "exp": now + 90.5}),
             ({**header, "alg": "none"}, claims), ({**header, "alg": "HS256"}, claims),
             ({**header, "crit": ["exp"]}, claims), (header, {**claims, "tenant": "south"})]
    for head, body in pairs:
        yield small(head) + "\n" + small(body)
        yield f"{b64(small(head).encode())}.{b64(small(body).encode())}.{b64(bytes(range(64)))}"


def key_set():
    # RFC 7517 A.1 has an EC key; points of other curves are no points, which is a case as well.
    point = {"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
             "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}
    modulus = hashlib.shake_256(b"modulus").digest(256)
    rsa = {"kty": "RSA", "n": b64(b"\xc1" + modulus[1:-1] + b"\x01"), "e": "AQAB"}
    yield small({"keys": [{**point, "kid": "a", "use": "sig", "alg": "ES256"}, {**rsa, "kid": "b"}]})
    yield small({"keys": [{**point, "kid": "a", "use": "enc"}, {**rsa, "kid": "a", "key_ops": ["verify"], "alg": "PS384"}]})
    for curve, size in (("P-384", 48), ("P-521", 66)):
        filler = hashlib.shake_256(curve.encode()).digest(size)
        yield small({"keys": [{"kty": "EC", "crv": curve, "x": b64(filler), "y": b64(filler), "kid": "c"}]})
    yield small({"keys": [{"kty": "oct", "k": b64(b"secret"), "kid": "d"}, {"kty": "OKP", "crv": "Ed25519", "x": "", "kid": "e"}]})
    yield small({"keys": [{**rsa, "n": b64(modulus[:128]), "kid": "weak"}, {"kid": "nothing"}, 1, None]})
    yield small({"keys": []})


def configuration():
    yield (ROOT / "deploy" / "debian" / "ivig-cds.yaml").read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"^```yaml\n(.*?)^```", path.read_text(encoding="utf-8"), re.S | re.M):
            yield block
    for path in sorted((ROOT / "tests" / "app").glob("config*_test.cpp")):
        for block in re.findall(r'R"\((.*?)\)"', path.read_text(encoding="utf-8"), re.S):
            yield block


def web_text():
    return ["a=1&b=%41+c&d", "next=%2Freview%3Fpage%3D2&csrf=x", "https://ehr.example.org:8443/fhir?x=1", "http://[::1]:80/",
            "10.20.0.0/16", "fd00::/8", "application/json; charset=utf-8", "text/html;q=0.8, application/json, */*;q=0.1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "//cds-services//ivig-order-sign/",
            "https://ehr.example.org"]


def rule_words():
    """Cues and phrases of the rule set as a dictionary."""
    rules = ROOT / "rules"
    texts = {cue for cues in read_json(rules / "text.json").values() for cue in cues}
    for path in sorted(rules.glob("facts*.json")):
        texts |= set(texts_of(read_json(path), ("phrases", "names", "label")))
    return "\n".join(dictionary_line(text) for text in sorted(texts) if 1 < len(text) <= 60) + "\n"


def dictionary_line(text):
    plain = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\x{b:02x}" for b in text.encode())
    return f'"{plain}"'


MAKERS = (order_sign, review_line, questionnaire_response, dose_text, free_text, token, key_set, configuration, web_text)


def write_all(folder):
    """A folder for each target, a file for each seed, named by its content."""
    for maker in MAKERS:
        into = folder / maker.__name__
        into.mkdir(parents=True, exist_ok=True)
        for seed in maker():
            data = seed.encode()
            (into / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
