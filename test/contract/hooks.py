"""What Schemathesis must know beside the document: its formats, and what no schema can say.

Only requests that are meant to be valid are changed here; the invalid ones are sent as they were made.
"""

import base64
import copy
import hashlib
import hmac
import itertools
import json
import os
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, urlsplit

import schemathesis
from hypothesis import strategies as st
from requests.auth import AuthBase
from schemathesis.openapi.checks import UseAfterFree

# What the product and its simulated provider have; product.ts.
WORLD = json.loads(os.environ["CONTRACT_WORLD"])

# --- The document's formats (api/schemas/common.ts) ---

# Ranges set aside for fiction, as people write them.
PHONES = st.builds(
    lambda style, line: style.format(line),
    st.sampled_from(["+1415555{:04d}", "+1 (212) 555-{:04d}", "+1-312-555-{:04d}", " +1 206.555.{:04d} "]),
    st.integers(min_value=100, max_value=199),
)
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00{}%"), max_size=30)
TEMPLATES = st.builds(
    lambda before, filled, after: f"x{before}{filled}{after}",
    WORDS,
    st.sampled_from(["", "{{ first_name }}", "{{ name | default: 'there' }}", "{% if company %}y{% endif %}"]),
    WORDS,
)

FORMATS = {
    "phone": PHONES,
    "time-zone": st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Kolkata", "UTC"]),
    "holiday-calendar": st.sampled_from(["US", "US-CA", "DE-BY", "DE-BY-A", "FR"]),
    "liquid": TEMPLATES,
    "column-mapping": st.sampled_from(['{"name": "variable"}', '{"phone": "phone", "name": "ignore"}', "{}"]),
    # Given by a list alone: see `turn_page`.
    "cursor": st.just("WyJ4Il0"),
    # Whatever is subscribed gets events; names below .example are nobody's.
    "uri": st.integers(0, 999).map("https://crm-{}.example/hooks".format),
}
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)

FILES = st.lists(PHONES, max_size=5).map(lambda phones: "\n".join(["phone,name", *(f'"{one}",Ada' for one in phones)]))
schemathesis.openapi.media_type("text/csv", FILES.map(str.encode))


@schemathesis.serializer("text/csv")
def as_bytes(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


# --- What no schema can say ---

numbers = itertools.count()
RUN = time.time_ns()
# The last `nextCursor` of each list.
cursors: dict[str, str] = {}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    operation = operation_of(case)
    find_subject(case, operation)
    turn_page(case, operation)
    if case.headers and "Idempotency-Key" in case.headers:
        # A key stands for one request: with another body it is refused.
        case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key'][:200]}.{RUN}.{next(numbers)}"
    if isinstance(case.body, dict) and operation in REPAIRS:
        body = copy.deepcopy(case.body)
        REPAIRS[operation](body)
        case.body = body
    if operation == "streamEvents":
        begin_early(case)
    if operation == "importLeads" and isinstance(case.body, dict) and "file" in case.body:
        # The file comes last in a form, as the document says in words.
        case.body["file"] = case.body.pop("file")
    if case.path.startswith("/webhooks/"):
        kwargs["auth"] = Twilio() if "twilio" in case.path else ElevenLabs()


@schemathesis.hook
def after_call(context, case, response):
    if "application/json" not in response.headers.get("content-type", [""])[0]:
        return
    answer = response.json()
    if isinstance(answer, dict) and answer.get("nextCursor"):
        cursors[operation_of(case)] = answer["nextCursor"]


def operation_of(case):
    return case.operation.definition.raw.get("operationId")


def find_subject(case, operation):
    """Every second id gives way to one that is there, but where one answer leads to the next."""
    if not case.path_parameters or "id" not in case.path_parameters:
        return
    given = case.path_parameters["id"]
    there = max((path for path in WORLD["ids"] if case.path.startswith(path)), key=len, default=None)
    follows = case.method == "DELETE" or case.meta is not None and case.meta.phase.name == "stateful"
    # A link to what an answer left empty leads to `None`.
    if there is not None and (given in (None, "None") or not follows and next(numbers) % 2 == 0):
        case.path_parameters = {**case.path_parameters, "id": WORLD["ids"][there]}
    if operation == "startSession" and given == WORLD["lockedAgentId"]:
        case.path_parameters = {**case.path_parameters, "id": WORLD["agentId"]}


def turn_page(case, operation):
    """A cursor is one that this list has given; without any, the list is read from its beginning."""
    if case.query and "cursor" in case.query:
        rest = {name: value for name, value in case.query.items() if name != "cursor"}
        case.query = {**rest, "cursor": cursors[operation]} if operation in cursors else rest


def begin_early(case):
    """A stream of events that have happened: one of those to come would not begin."""
    early = {"campaign": WORLD["ids"]["/api/campaigns/{id}"], "after": "0"}
    if case.query:
        case.query = {name: early.get(name, value) for name, value in case.query.items() if name != "lead"}
    if case.headers and "last-event-id" in case.headers:
        case.headers["last-event-id"] = "0"


def rules(body):
    """Hours in order and none twice, and an id for each follow-up."""
    settings = body.get("settings", body)
    days = (settings.get("window") or {}).get("days")
    if days is not None:
        for day, ranges in days.items():
            times = sorted({each for one in ranges for each in one})
            days[day] = [list(pair) for pair in zip(times[::2], times[1::2])]
        if not any(days.values()):
            days["mon"] = [["10:00", "19:00"]]
    for index, rule in enumerate(settings.get("followUps") or []):
        rule["id"] = f"{index}{rule['id']}"[:64]


def placeable(body):
    body["agentId"] = WORLD["agentId"]
    body["phoneNumberId"] = WORLD["phoneNumberId"]


def soon(body):
    for name, days in (("at", 300), ("endAt", 310)):
        if body.get(name) is not None:
            body[name] = (datetime.now(timezone.utc) + timedelta(days=days)).isoformat()


def of_a_campaign(body):
    if body.get("campaignId"):
        body["campaignId"] = WORLD["campaignId"]


def one_day(body):
    body["from"], body["to"] = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def by_websocket(body):
    # The simulated provider has no WebRTC.
    body["how"] = "websocket"


REPAIRS = {
    "createCampaign": rules,
    "updateCampaign": lambda body: (rules(body), soon(body)),
    "updateSingleCallSettings": rules,
    "startCampaign": soon,
    "placeCall": placeable,
    "createWebhook": of_a_campaign,
    "updateWebhook": of_a_campaign,
    "replayWebhook": one_day,
    "startSession": by_websocket,
}


class ElevenLabs(AuthBase):
    """Signs as the voice provider does."""

    def __call__(self, request):
        at = str(int(time.time()))
        body = request.body or b""
        signed = f"{at}.".encode() + (body.encode() if isinstance(body, str) else body)
        digest = hmac.new(WORLD["webhookSecret"].encode(), signed, hashlib.sha256).hexdigest()
        request.headers["ElevenLabs-Signature"] = f"t={at},v0={digest}"
        return request


class Twilio(AuthBase):
    """Signs as the carrier does: the public address, and the parameters in the order of their names."""

    def __call__(self, request):
        body = request.body or b""
        text = body.decode() if isinstance(body, bytes) else body
        parameters = dict(parse_qsl(text, keep_blank_values=True))
        asked = urlsplit(request.url)
        url = WORLD["publicUrl"] + asked.path + (f"?{asked.query}" if asked.query else "")
        signed = url + "".join(name + parameters[name] for name in sorted(parameters))
        digest = hmac.new(WORLD["twilioToken"].encode(), signed.encode(), hashlib.sha1).digest()
        request.headers["X-Twilio-Signature"] = base64.b64encode(digest).decode()
        return request


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # One bad lead never rejects the rest: it is refused in the answer, instead of with it.
    if operation_of(case) == "addLeads" and response.status_code == 200:
        return not response.json()["rejected"]
    # A campaign is archived by DELETE, and stays readable.
    if isinstance(failure, UseAfterFree):
        return "/api/campaigns/" not in failure.free
    return True


@schemathesis.deserializer("application/x-ndjson")
def lines(context, response):
    return [json.loads(line) for line in response.content.decode().split("\n") if line]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """What Schemathesis 4.32 reads wrongly, in words of the same meaning.

    In answers it takes a tuple for a broken schema: here all parts of one are alike, so that it is an array. It reads
    lines of JSON as one value. And the example of a file must be bytes, which JSON cannot hold.
    """
    pending = [raw_schema]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        if not isinstance(node, dict):
            continue
        if "application/x-ndjson" in node:
            line = node["application/x-ndjson"]
            line["schema"] = {"type": "array", "items": line["schema"]}
        if "text/csv" in node:
            node["text/csv"].get("schema", {}).pop("example", None)
        parts = node.get("prefixItems")
        if isinstance(parts, list) and all(part == parts[0] for part in parts):
            node["items"] = parts[0]
            del node["prefixItems"]
        pending.extend(node.values())
