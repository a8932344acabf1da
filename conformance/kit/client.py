"""HTTP as the kit speaks it: whole answers, strict JSON, and raw bytes where a check is about the bytes."""

import http.client
import json
import socket
import ssl
from urllib.parse import urlsplit


class NoAnswer(Exception):
    """The service closed the connection, timed out or answered something that is not HTTP."""


class Answer:
    """One HTTP answer, read to its end."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def header(self, name):
        """The values of a header joined as RFC 9110 says, or None."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def json(self):
        return strict_json(self.body)

    def __str__(self):
        text = self.body[:160].decode("utf-8", "replace").replace("\n", " ")
        return f"{self.status} {text}".rstrip()


def strict_json(body):
    """RFC 8259 and nothing else: UTF-8 without BOM, no NaN, no duplicate members. ValueError otherwise."""

    def pairs(items):
        members = dict(items)
        if len(members) != len(items):
            raise ValueError("a member appears twice")
        return members

    def constant(name):
        raise ValueError(f"{name} is no JSON number")

    return json.loads(body.decode("utf-8"), object_pairs_hook=pairs, parse_constant=constant)


class Client:
    """Calls one service. Every call opens its own connection unless `keep` is used."""

    def __init__(self, base, ca_file=None, insecure=False, timeout=30.0, client_certificate=None):
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{base} is no http(s) URL")
        self.base = base.rstrip("/")
        self.scheme, self.host = parts.scheme, parts.hostname
        self.port = parts.port or (443 if parts.scheme == "https" else 80)
        self.netloc = parts.netloc
        self.prefix = parts.path.rstrip("/")
        self.timeout = timeout
        self.tls = self.tls_context(ca_file, insecure) if self.scheme == "https" else None
        if self.tls and client_certificate:
            self.tls.load_cert_chain(*client_certificate)
        self.ca_file, self.insecure = ca_file, insecure

    @staticmethod
    def tls_context(ca_file=None, insecure=False):
        context = ssl.create_default_context(cafile=ca_file)
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def connection(self):
        if self.tls:
            return http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout, context=self.tls)
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def request(self, method, path, body=None, headers=None, connection=None):
        """`path` starts below the base URL. `headers` are sent as they are, and only they (besides Host and length)."""
        own = connection is None
        connection = connection or self.connection()
        try:
            connection.putrequest(method, self.prefix + path, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body is not None:
                self._send(connection, body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"{method} {path}: {type(error).__name__}: {error}") from error
        finally:
            if own:
                connection.close()

    @staticmethod
    def _send(connection, body):
        try:
            connection.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # an early refusal (401, 413): the answer is there to be read

    def open_socket(self):
        plain = socket.create_connection((self.host, self.port), timeout=self.timeout)
        return self.tls.wrap_socket(plain, server_hostname=self.host) if self.tls else plain

    def exchange(self, data, then=None):
        """Sends bytes as they are, and reads one answer. `then`: further bytes, sent once something has come back
        (100 Continue) or after one second."""
        try:
            with self.open_socket() as connection:
                connection.sendall(data)
                if then is not None:
                    first = self._first_bytes(connection)
                    if first and not first.startswith(b"HTTP/1.1 100"):
                        return self._read(connection, first)
                    connection.sendall(then)
                return self._read(connection, b"")
        except OSError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error

    def _first_bytes(self, connection):
        connection.settimeout(1.0)
        try:
            return connection.recv(65536)
        except (TimeoutError, socket.timeout):
            return b""
        finally:
            connection.settimeout(self.timeout)

    @staticmethod
    def _read(connection, already):
        class Replay:
            """What http.client reads from: bytes that came before, then the socket."""

            def makefile(self, *_args, **_kwargs):
                import io

                data = bytearray(already)
                try:
                    while True:
                        part = connection.recv(65536)
                        if not part:
                            break
                        data += part
                        if complete(data):
                            break
                except (TimeoutError, socket.timeout, ConnectionResetError):
                    pass
                return io.BytesIO(bytes(data))

        answer = http.client.HTTPResponse(Replay())
        try:
            answer.begin()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except http.client.HTTPException as error:
            raise NoAnswer(f"no HTTP answer: {type(error).__name__} {error}") from error


def complete(data):
    """Whether `data` holds a whole answer (after any 100 Continue)."""
    while data.startswith(b"HTTP/1.1 100"):
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return False
        del data[: end + 4]
    head, separator, body = bytes(data).partition(b"\r\n\r\n")
    if not separator:
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return len(body) >= int(value)
        if name.strip().lower() == b"transfer-encoding":
            return body.endswith(b"0\r\n\r\n")
    status = head.split(b" ")[1:2]
    return status in ([b"204"], [b"304"])
