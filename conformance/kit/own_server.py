"""Starts our own server with every precondition met: tokens required, clients of every profile, the stub EHR and its key
set allow-listed, a CORS origin, a log that can be read."""

import json
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from .ehr import Ehr
from .ports import free_port
from .tokens import Key

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILES = ("generic", "epic", "oracle-health", "cds-hooks-1.0", "sandbox")
CORS_ORIGIN = "https://kit.example.org"


class OwnServer:
    """The server, a second one that demands client certificates, the stub EHR, and what a run has to know of them."""

    def __init__(self, binary, open_access=False, spec="2.0"):
        # A client of 1.0 is served what 1.0 knows.
        self.profile = "cds-hooks-1.0" if spec == "1.0" else "generic"
        self.folder = Path(tempfile.mkdtemp(prefix="ivig-conformance-"))
        self.processes = []
        self.ehr = None
        try:
            self._start(str(binary), open_access)
        except BaseException:
            self.close()
            raise

    def _start(self, binary, open_access):
        subprocess.run([binary, "certs", "dev", str(self.folder / "certs")], check=True, stdout=subprocess.DEVNULL)
        certs = self.folder / "certs"
        self.ca = str(certs / "ca.pem")
        self.key = Key.load(certs / "client.key")
        self.ehr = Ehr(certificate=certs / "server.pem", key=certs / "server.key")
        keys = self._more_keys()
        self._write_key_set(keys)
        port = free_port()
        self.base = f"https://127.0.0.1:{port}"
        self.log = self.folder / "server.log"
        self.store = self.folder / "decisions.db"
        config = self._config(port, open_access)
        self._launch(binary, config, self.log)
        second = self._config(free_port(), open_access)
        second["tls"].update(client_ca=self.ca, require_client_certificate=True)
        second["store"] = "none"
        self._launch(binary, second, self.folder / "mtls.log", "mtls")
        self.setup = {
            "issuer": issuer("kit"),
            "tenant": "kit-tenant",
            "cors_origin": CORS_ORIGIN,
            "log": str(self.log),
            "mtls_base": second["listen"][0],
            "keys": {"RS384": keys["RS384"]},
            "keys_by_kid": {"a+b/c=": keys["odd"]["file"]},
            "small_rsa": keys["small"],
            "jku": {"issuer": issuer("jku"), "url": self.ehr.origin + "/jwks.json"},
            "jwks_refetch_seconds": 20,
            "restricted": {"issuer": issuer("restricted"), "services": ["ivig-order-select"]},
            "profiles": {name: {"issuer": issuer(name)} for name in PROFILES},
        }
        if open_access:
            self.setup.pop("profiles")

    def _more_keys(self):
        from cryptography.hazmat.primitives import serialization

        found = {}
        for name, kind, kid in (
            ("RS384", "RSA2048", "kit-rsa"),
            ("odd", "P-384", "a+b/c="),
            ("small", "RSA1024", "kit-small"),
        ):
            key = Key.generate(kind, kid)
            file = self.folder / f"{name}.key"
            file.write_bytes(
                key.private.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
            found[name] = {"file": str(file), "kid": kid, "jwk": key.jwk()}
        return found

    def _write_key_set(self, more):
        keys = [self.key.jwk()] + [more[name].pop("jwk") for name in ("RS384", "odd", "small")]
        (self.folder / "keys.json").write_text(json.dumps({"keys": keys}))

    def _config(self, port, open_access):
        certs = self.folder / "certs"
        servers = [self.ehr.origin + "/fhir"]

        def client(name, **more):
            found = {
                "name": "kit-" + name,
                "issuer": issuer(name),
                "jwks_file": str(self.folder / "keys.json"),
                "fhir_servers": servers,
                **more,
            }
            return {key: value for key, value in found.items() if value is not None}

        clients = [
            client("kit", tenants=["kit-tenant"], profile=self.profile),
            client("jku", jwks_file=None, jku=[self.ehr.origin + "/jwks.json"]),
            client("restricted", services=["ivig-order-select"]),
        ]
        clients += [client(name, profile=name) for name in PROFILES]
        if open_access:
            clients = [{"name": "anyone", "fhir_servers": servers, "profile": self.profile}]
        return {
            "listen": [f"https://127.0.0.1:{port}"],
            "public_url": f"https://127.0.0.1:{port}",
            "admin": f"http://127.0.0.1:{free_port()}",
            "tls": {"certificate": str(certs / "server.pem"), "key": str(certs / "server.key")},
            "auth": "off" if open_access else "required",
            "rules": str(ROOT / "rules"),
            "store": f"sqlite:{self.store}",
            # These three: time enough on a busy machine.
            "store_wait_seconds": 60,
            "cors": {"origins": [CORS_ORIGIN]},
            "log": {"level": "debug", "format": "json"},
            "limits": {"fhir_seconds": 8},
            "tokens": {"keys_seconds": 30},
            "clients": clients,
        }

    def _launch(self, binary, config, log, name="main"):
        file = self.folder / f"{name}.yaml"
        file.write_text(json.dumps(config))  # JSON is YAML
        environment = {**os.environ, "SSL_CERT_FILE": self.ca}
        with open(log, "wb") as errors:
            process = subprocess.Popen(
                [binary, "serve", "--config", str(file)], stdout=subprocess.PIPE, stderr=errors, env=environment
            )
        self.processes.append(process)
        timer = threading.Timer(60, process.kill)
        timer.start()
        try:
            for line in process.stdout:
                if line.startswith(b"listening https://"):
                    threading.Thread(target=process.stdout.read, daemon=True).start()
                    return
        finally:
            timer.cancel()
        raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-500:]}")

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
        if self.ehr:
            self.ehr.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def issuer(name):
    return f"https://{name}.kit.example.org/fhir"
