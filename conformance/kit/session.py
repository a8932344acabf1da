"""One run against one service: what the checks share."""

import copy
import json

from . import tokens
from .client import Client, NoAnswer
from .requests import DRAFT_HOOKS, Examples, bundle_of, chart_of, fill_prefetch, fresh, without_uuids
from .table import Failed, Skipped


class Session:
    def __init__(self, client, setup, spec="2.0", examples=None, key=None, ehr=None, trap=None):
        self.client = client
        self.setup = setup  # see `setup_help` in __main__.py
        self.spec = spec
        self.examples = examples or Examples()
        self.key = key
        self.ehr = ehr
        self.trap = trap  # an EHR that no service has been told of: nothing may ever reach it
        self.emitted = {}  # FHIR R4 resources that the service wrote, as JSON text, in order
        self._cache = {}

    # What the service offers.

    def discovery(self):
        if "discovery" not in self._cache:
            answer = self.client.request("GET", "/cds-services", headers=self.headers("/cds-services", body=False))
            self._cache["discovery"] = answer
        return self._cache["discovery"]

    def services(self):
        """The entries of discovery that are objects with an id and a hook; Skipped when there are none."""
        answer = self.discovery()
        try:
            listed = answer.json().get("services") if answer.status == 200 else None
        except (ValueError, AttributeError):
            listed = None
        found = [s for s in listed or [] if isinstance(s, dict) and isinstance(s.get("id"), str) and s.get("hook")]
        if not found:
            raise Skipped("discovery lists no service that could be called")
        return found

    def service(self, hooks=None):
        """The service that a check calls: of the first hook of `hooks` that one is offered for."""
        services = self.services()
        for hook in hooks or ("order-sign", "order-select", "medication-prescribe", "patient-view"):
            for service in services:
                if service["hook"] == hook:
                    return service
        if hooks:
            raise Skipped("no service for " + " or ".join(hooks))
        return services[0]

    def ordering(self):
        """The service that is handed draft orders."""
        return self.service(DRAFT_HOOKS)

    # What is sent.

    def path(self, service, suffix=""):
        return f"/cds-services/{service['id']}{suffix}"

    def request(self, service=None, prefetch=True):
        """A good request for the service, with all of its prefetch keys."""
        service = service or self.service()
        body, given = self.examples.base(service["hook"])
        body["hook"] = service["hook"]
        if not given or "prefetch" not in body:
            body["prefetch"] = fill_prefetch(
                service.get("prefetch"), body, chart_of(self.examples.base("order-sign")[0])
            )
        if not prefetch or not body["prefetch"]:
            body.pop("prefetch")
        return fresh(body)

    def order_request(self):
        """A good request with draft orders, and the first of them that is a drug order; the order is part of the
        body."""
        body = self.request(self.ordering())
        bundle = bundle_of(body)
        for entry in bundle["entry"] if bundle else []:
            order = entry.get("resource") or {}
            if order.get("resourceType") in ("MedicationRequest", "MedicationOrder"):
                return body, order
        raise Skipped("the request has no drug order among its draft orders")

    def with_ehr(self, body, **authorization):
        """The same request with the stub EHR and a token for it. A member set to None is left out."""
        if self.ehr is None:
            raise Skipped("needs --ehr, the stub EHR's origin, which the service must allow")
        body = copy.deepcopy(body)
        self.ehr.load(chart_of(body) or chart_of(self.request()))
        body["fhirServer"] = self.ehr.fhir
        granted = {
            "access_token": "kit-access-" + body["hookInstance"][:8],
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "user/Patient.read user/Condition.read user/Observation.read",
            "subject": "cds-service",
        }
        granted.update(authorization)
        body["fhirAuthorization"] = {name: value for name, value in granted.items() if value is not None}
        return body

    # Calling.

    def token(self, path, **changes):
        """A good token for the URL at `path`, or None when the run has no key."""
        if self.key is None:
            return None
        issuer = changes.pop("iss", self.setup["issuer"])
        claims = {"tenant": self.setup.get("tenant"), **changes}
        return tokens.encode(self.key, tokens.claims_for(issuer, self.audience(path), **claims))

    def audience(self, path):
        return (self.setup.get("public_url") or self.client.base).rstrip("/") + path

    def headers(self, path, token=True, body=True, **more):
        found = {"Accept": "application/json"}
        if body:
            found["Content-Type"] = "application/json"
        if token is True:
            token = self.token(path)
        if token:
            found["Authorization"] = "Bearer " + token
        found.update({name.replace("_", "-"): value for name, value in more.items()})
        return found

    def post(self, path, body, token=True, connection=None, client=None, **headers):
        """POSTs a value as JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = (client or self.client).request("POST", path, data, self.headers(path, token, **headers), connection)
        if answer.status >= 400 and b"resourceType" in answer.body:
            self.note_resource(answer.body)
        return answer

    def note_resource(self, body):
        """Keeps a resource for --fhir-out; what is no JSON object is left to the checks."""
        try:
            text = json.dumps(json.loads(body) if isinstance(body, bytes) else body)
        except ValueError:
            return
        self.emitted[text] = True

    def note_actions(self, request, answer):
        """Keeps the resources of actions, which are in the FHIR version of the request: R4 only."""
        if any(word in str(request.get("fhirServer", "")).lower() for word in ("dstu2", "stu3", "r5")):
            return
        suggested = [
            a for card in self.cards_in(answer) for s in card.get("suggestions") or [] for a in s.get("actions") or []
        ]
        for action in suggested + (answer.json().get("systemActions") or []):
            if isinstance(action.get("resource"), dict):
                self.note_resource(action["resource"])

    def call(self, body, service=None, **options):
        service = service or self.service_of(body)
        return self.post(self.path(service), body, **options)

    def service_of(self, body):
        hook = body.get("hook") if isinstance(body, dict) else None
        return next((s for s in self.services() if s["hook"] == hook), None) or self.service()

    def cards(self, body, service=None, **options):
        """The cards of an answer; Failed when it is not 200 with an array of cards."""
        answer = self.call(body, service, **options)
        return self.cards_in(answer)

    @staticmethod
    def cards_in(answer):
        if answer.status != 200:
            raise Failed(f"answered {answer}")
        try:
            cards = answer.json().get("cards")
        except (ValueError, AttributeError) as error:
            raise Failed(f"the answer is no JSON object: {error}") from error
        if not isinstance(cards, list):
            raise Failed("the answer has no array cards")
        return cards

    # Comparing.

    def usual_cards(self, service=None):
        """The cards for the good request; Skipped when there are none, because then nothing could be seen to change."""
        service = service or self.ordering()
        name = "cards of " + service["id"] + service["hook"]
        if name not in self._cache:
            self._cache[name] = self.cards(self.request(service), service)
        if not self._cache[name]:
            raise Skipped("the request draws no card from this service: give --request FILE with one that does")
        return self._cache[name]

    def same(self, body, what, service=None, essence=False):
        """Expects the usual cards for a changed request."""
        service = service or self.service_of(body)
        usual = self.usual_cards(service)
        self.equal(usual, self.cards(body, service), what, essence)
        return f"{what}: the same {len(usual)} card(s)"

    def equal(self, expected, found, what, essence=False):
        if essence:
            expected, found = ([self.essence(card) for card in cards] for cards in (expected, found))
        if without_uuids(expected) != without_uuids(found):
            raise Failed(f"{what}: {difference(without_uuids(expected), without_uuids(found))}")

    @staticmethod
    def essence(card):
        """What a card says, without the form of its actions (which follows the FHIR version)."""
        return {name: card.get(name) for name in ("summary", "indicator", "detail")}

    def corpus(self):
        """(service, request, answer) for every example that the service has a hook for; asked once."""
        if "corpus" not in self._cache:
            found = []
            for service in self.services():
                bodies = self.examples.corpus(service["hook"]) or [self.request(service)]
                for body in bodies:
                    body = fresh(body)
                    answer = self.call(body, service)
                    found.append((service, body, answer))
                    if answer.status == 200:
                        self.note_actions(body, answer)
            self._cache["corpus"] = found
        return self._cache["corpus"]

    def all_cards(self):
        """(request, card) of the corpus; Skipped when no request draws a card."""
        found = []
        for _service, body, answer in self.corpus():
            if answer.status == 200:
                found += [(body, card) for card in self.cards_in(answer) if isinstance(card, dict)]
        if not found:
            raise Skipped("no request draws a card from this service: give --request FILE with one that does")
        return found

    def drawing(self, action_type):
        """A fresh request (and its service) among those known whose cards offer an action of that type."""
        for service, body, answer in self.corpus():
            if answer.status != 200:
                continue
            for card in self.cards_in(answer):
                actions = [a for s in card.get("suggestions") or [] for a in s.get("actions") or []]
                if any(action.get("type") == action_type for action in actions):
                    return service, fresh(body)
        raise Skipped(f"no answer holds a {action_type} action")

    def alive(self):
        """The service still answers discovery."""
        try:
            answer = self.client.request("GET", "/cds-services", headers=self.headers("/cds-services", body=False))
        except NoAnswer as error:
            raise Failed(f"the service no longer answers: {error}") from error
        if answer.status != 200:
            raise Failed(f"discovery now answers {answer}")

    def need(self, name, what):
        value = self.setup.get(name)
        if not value:
            raise Skipped(f"needs {what}")
        return value

    def need_key(self):
        if self.key is None:
            raise Skipped("needs --key FILE --issuer URL of a client that the service knows")
        return self.key

    def sibling(self, base, **options):
        """A client for another base URL of the same operator."""
        return Client(base, self.client.ca_file, self.client.insecure, self.client.timeout, **options)


def difference(expected, found, path="cards"):
    """Where two values part, in a few words."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in {**expected, **found}:
            if expected.get(name) != found.get(name):
                return difference(expected.get(name), found.get(name), f"{path}.{name}")
    if isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            return f"{path} has {len(found)} instead of {len(expected)}"
        for index, (one, other) in enumerate(zip(expected, found)):
            if one != other:
                return difference(one, other, f"{path}[{index}]")
    return f"{path} is {str(found)[:80]!r} instead of {str(expected)[:80]!r}"
