"""1.11 TLS."""

import socket
import ssl
import warnings

from ..client import Client, NoAnswer
from . import Failed, Skipped, expect, row


def https(session):
    if session.client.scheme != "https":
        raise Skipped("the base URL is http://")


def handshake(session, version, verify=False):
    """The version agreed on when only `version` is offered; ssl.SSLError or OSError if refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if verify:
        context = Client.tls_context(session.client.ca_file)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    with socket.create_connection((session.client.host, session.client.port), timeout=session.client.timeout) as plain:
        with context.wrap_socket(plain, server_hostname=session.client.host) as secure:
            return secure.version()


@row("TLS-01")
def no_plain_http(session):
    https(session)
    request = f"GET {session.client.prefix}/cds-services HTTP/1.1\r\nHost: {session.client.netloc}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((session.client.host, session.client.port), timeout=5) as plain:
        plain.sendall(request.encode())
        try:
            answer = plain.recv(4096)
        except OSError:
            answer = b""
    expect(
        b"services" not in answer and not answer.startswith(b"HTTP/1.1 2"), f"plain HTTP is answered: {answer[:40]!r}"
    )
    return "plain HTTP on the port is refused"


@row("TLS-02")
def versions(session):
    https(session)
    agreed = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        try:
            agreed.append(handshake(session, version))
        except OSError as error:
            raise Failed(f"{version.name}: {error}") from error
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        try:
            found = handshake(session, version)
        except OSError:
            continue
        raise Failed(f"{found} is agreed on")
    return f"{' and '.join(agreed)} agreed, TLS 1.0 and 1.1 refused"


@row("TLS-03")
def chain(session):
    https(session)
    try:
        handshake(session, ssl.TLSVersion.TLSv1_3, verify=True)
    except OSError as error:
        raise Failed(f"{error}") from error
    return f"chain and name {session.client.host} verify" + (" against --cacert" if session.client.ca_file else "")


@row("TLS-04")
def client_certificates(session):
    base = session.need("mtls_base", "a listener that demands client certificates: mtls_base of --setup")
    try:
        answer = session.sibling(base).request("GET", "/cds-services", headers={"Accept": "application/json"})
    except NoAnswer as error:
        return f"without a client certificate: {str(error)[:80]}"
    expect(answer.status == 401, f"without a client certificate: {answer}")
    return "without a client certificate: 401"
