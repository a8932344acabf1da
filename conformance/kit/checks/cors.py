"""1.12 CORS."""

from . import Skipped, expect, expect_status, row
from .http_layer import without_reason_or_data

LISTED = "an origin that the service allows: --cors-origin"


def preflight(session, path, origin):
    return session.client.request(
        "OPTIONS",
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )


def allowed(answer):
    return answer.header("Access-Control-Allow-Origin")


@row("CORS-01")
def all_urls(session):
    origin = session.need("cors_origin", LISTED)
    service = session.service()
    paths = ["/cds-services", session.path(service)]
    feedback = session.path(service, "/feedback")
    if session.client.request("OPTIONS", feedback, headers={"Origin": origin}).status != 404:
        paths.append(feedback)
    for path in paths:
        answer = preflight(session, path, origin)
        expect(allowed(answer) in (origin, "*"), f"{path}: Access-Control-Allow-Origin {allowed(answer)}")
    return ", ".join(paths)


@row("CORS-02")
def preflights(session):
    origin = session.need("cors_origin", LISTED)
    for path in ("/cds-services", session.path(session.service())):
        answer = preflight(session, path, origin)
        expect(200 <= answer.status < 300, f"OPTIONS {path} without token: {answer.status}")
        methods = (answer.header("Access-Control-Allow-Methods") or "").upper()
        headers = (answer.header("Access-Control-Allow-Headers") or "").lower()
        expect("GET" in methods and "POST" in methods, f"{path}: Allow-Methods {methods}")
        expect("authorization" in headers and "content-type" in headers, f"{path}: Allow-Headers {headers}")
        expect((answer.header("Access-Control-Max-Age") or "").isdigit(), f"{path}: no Max-Age")
    return f"{answer.status} without a token; methods {methods}; headers {headers}"


@row("CORS-03")
def on_errors_too(session):
    origin = session.need("cors_origin", LISTED)
    service, missing = without_reason_or_data(session)
    path = session.path(service)
    answers = {
        "200": session.call(session.request(service), service, Origin=origin),
        "400": session.post(path, b"{", Origin=origin),
        "no data": session.call(missing, service, Origin=origin),
        "404": session.post("/cds-services/kit-none", b"{}", Origin=origin),
    }
    if session.key:
        answers["401"] = session.post(path, b"{}", token=None, Origin=origin)
    for what, answer in answers.items():
        expect(allowed(answer) in (origin, "*"), f"{what}: no Access-Control-Allow-Origin on {answer.status}")
    return "on " + ", ".join(str(answer.status) for answer in answers.values())


@row("CORS-04")
def unlisted_origin(session):
    origin = session.need("cors_origin", LISTED)
    stranger = preflight(session, "/cds-services", "https://kit-stranger.example")
    listed = preflight(session, "/cds-services", origin)
    if allowed(listed) == "*":
        expect(listed.header("Access-Control-Allow-Credentials") != "true", "* with credentials")
        raise Skipped("every origin is allowed (an open test set-up)")
    expect(allowed(stranger) is None, f"an unlisted origin got {allowed(stranger)}")
    expect("origin" in (listed.header("Vary") or "").lower(), f"Vary: {listed.header('Vary')}")
    return "the listed origin is echoed with Vary: Origin; another gets nothing"


@row("CORS-05")
def no_credentials(session):
    origin = session.need("cors_origin", LISTED)
    answer = preflight(session, session.path(session.service()), origin)
    expect(answer.header("Access-Control-Allow-Credentials") is None, "Access-Control-Allow-Credentials is there")
    return "no Access-Control-Allow-Credentials"


@row("CORS-06")
def reachable_for_a_sandbox(session):
    local = session.client.host in ("localhost", "127.0.0.1", "::1")
    expect(session.client.scheme == "https" or local, "http on another host than this one")
    expect_status(session.discovery(), 200, "discovery")
    return f"{session.client.scheme} on {session.client.host}"
