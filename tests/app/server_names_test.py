#!/usr/bin/env python3
"""Which certificate a client gets, as openssl and curl see it, before and after a reload. Usage: server_names_test.py BINARY"""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = ""


def run(*command, **more):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **more)


class ServerNames(unittest.TestCase):
    """REQ TLS-03"""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="ivig-names-")
        cls.folder = cls.temporary.name
        cls.openssl("req", "-x509", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem")
        cls.make("first", "first.example.org")
        cls.make("second", "second.example.org")
        cls.make("wild", "*.clinic.example.org", key=("rsa:2048",))
        with open(f"{cls.folder}/ivig-cds.yaml", "w", encoding="utf-8") as out:
            out.write(f"""listen: [https://127.0.0.1:0]
admin: http://127.0.0.1:0
auth: "off"
store: none
rules: {ROOT}/rules
tls:
  certificate: first.pem
  key: first.key
  certificates:
    - {{certificate: second.pem, key: second.key}}
    - {{certificate: wild.pem, key: wild.key}}
""")
        cls.log = open(f"{cls.folder}/log", "w+", encoding="utf-8")
        cls.server = subprocess.Popen([BINARY, "serve", "--config", f"{cls.folder}/ivig-cds.yaml"],
                                      stdout=subprocess.PIPE, stderr=cls.log, text=True)
        cls.port = int(cls.server.stdout.readline().rsplit(":", 1)[1])
        cls.admin = int(cls.server.stdout.readline().rsplit(":", 1)[1])

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.server.stdout.close()
        cls.log.close()
        cls.temporary.cleanup()

    @classmethod
    def openssl(cls, *arguments, key=("ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        done = run("openssl", *arguments, "-newkey", *key, "-nodes", "-days", "60", cwd=cls.folder)
        assert done.returncode == 0, done.stdout

    @classmethod
    def make(cls, name, host, **more):
        cls.openssl("req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-subj", f"/CN={name}", "-addext",
                    f"subjectAltName=DNS:{host}", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout",
                    f"{name}.key", "-out", f"{name}.pem", **more)

    def subject(self, *options):
        """The subject that s_client is shown."""
        said = run("openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", "-CAfile", f"{self.folder}/ca.pem",
                   *options).stdout
        self.assertIn("Verify return code: 0 (ok)", said)
        return next(line.split("CN = ")[1] for line in said.splitlines() if line.startswith("subject="))

    def curl(self, host):
        return run("curl", "--silent", "--show-error", "--cacert", f"{self.folder}/ca.pem", "--resolve",
                   f"{host}:{self.port}:127.0.0.1", "--output", "/dev/null", "--write-out", "%{http_code}",
                   f"https://{host}:{self.port}/cds-services").stdout

    def test_1_each_name_gets_its_certificate_and_any_other_the_first(self):
        for version in ("-tls1_2", "-tls1_3"):
            for host, wanted in (("first.example.org", "first"), ("second.example.org", "second"),
                                 ("SECOND.example.org", "second"), ("north.clinic.example.org", "wild"),
                                 ("a.b.clinic.example.org", "first"), ("unknown.example.org", "first")):
                self.assertEqual(self.subject("-servername", host, version), wanted, (host, version))
            self.assertEqual(self.subject("-noservername", version), "first")

    def test_2_clients_that_verify_names_are_served_under_each(self):
        for host in ("first.example.org", "second.example.org", "south.clinic.example.org"):
            self.assertEqual(self.curl(host), "200", host)
        self.assertIn("no alternative certificate subject name matches", self.curl("unknown.example.org"))

    def test_3_every_certificate_has_its_end_among_the_metrics(self):
        text = run("curl", "--silent", f"http://127.0.0.1:{self.admin}/metrics").stdout
        for name in ("first", "second", "wild"):
            self.assertIn(f'ivig_cds_certificate_expiry_timestamp_seconds{{file="{self.folder}/{name}.pem"}}', text)

    def test_4_a_reload_takes_new_certificates_and_keeps_the_choice(self):
        self.make("renewed", "second.example.org")
        for end in ("pem", "key"):
            os.replace(f"{self.folder}/renewed.{end}", f"{self.folder}/second.{end}")
        self.assertEqual(self.subject("-servername", "second.example.org"), "second")
        self.reload("certificates_reloaded")
        self.assertEqual(self.subject("-servername", "second.example.org"), "renewed")
        self.assertEqual(self.subject("-servername", "x.clinic.example.org"), "wild")
        self.assertEqual(self.subject("-noservername"), "first")

    def test_5_a_reload_that_fails_keeps_all_of_the_old_ones(self):
        os.unlink(f"{self.folder}/wild.key")
        self.reload("certificates_kept")
        self.assertEqual(self.subject("-servername", "x.clinic.example.org"), "wild")

    def reload(self, event):
        """Sends SIGHUP and waits for the line that says what came of it."""
        said = os.path.getsize(f"{self.folder}/log")
        self.server.send_signal(signal.SIGHUP)
        with open(f"{self.folder}/log", encoding="utf-8") as log:
            log.seek(said)
            text = ""
            while event not in text:
                time.sleep(0.02)
                text += log.read()
                self.assertIsNone(self.server.poll(), text)


if __name__ == "__main__":
    BINARY = sys.argv.pop()
    unittest.main()
