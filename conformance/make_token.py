#!/usr/bin/env python3
"""Prints a client token (JWT) for one call, as an EHR would send it. Needs python3-cryptography, as the kit does.

    ivig-cds certs dev certs/dev        # makes client.key and jwks.json, once
    token=$(conformance/make_token.py --key certs/dev/client.key --issuer https://ehr.example.org/fhir \\
        --audience https://127.0.0.1:8443/cds-services/ivig-order-sign)
    curl --cacert certs/dev/ca.pem -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \\
        --data-binary @conformance/examples/order-sign-ibm.json https://127.0.0.1:8443/cds-services/ivig-order-sign

The server knows the client by an entry such as
    clients: [{name: dev, issuer: https://ehr.example.org/fhir, jwks_file: certs/dev/jwks.json}]
Each token is good for one call.
"""

import argparse
import time

from kit.tokens import Key, claims_for, encode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", required=True, metavar="FILE", help="private key, PEM; EC keys sign ES256/384/512, RSA keys RS384")
    parser.add_argument("--kid", help="its key id; otherwise that of the jwks.json beside it")
    parser.add_argument("--issuer", required=True, metavar="URL", help="iss: as the server's configuration has it")
    parser.add_argument("--audience", required=True, metavar="URL", help="aud: the URL that is called")
    parser.add_argument("--jku", metavar="URL", help="where the key set is")
    parser.add_argument("--tenant", help="tenant claim")
    parser.add_argument("--life", type=int, default=300, metavar="S", help="seconds until it expires (300)")
    options = parser.parse_args()
    key = Key.load(options.key, options.kid)
    claims = claims_for(options.issuer, options.audience, exp=int(time.time()) + options.life, tenant=options.tenant)
    print(encode(key, claims, {"jku": options.jku}))


if __name__ == "__main__":
    main()
