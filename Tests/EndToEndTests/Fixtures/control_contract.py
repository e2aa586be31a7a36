# SPDX-License-Identifier: Apache-2.0
"""control_contract.py OPENAPI SOCKET PORT TOKEN_FILE: holds a hostd to docs/openapi.yaml, and that file to the hostd.

The hostd runs the services `steady` (ready, probed) and `broken` (has failed). Prints what differs; exits 1 then.
"""

import http.client
import json
import re
import socket
import sys

# Nothing is left beside the sources.
sys.dont_write_bytecode = True

from contract_models import check_models
from contract_tools import (
    METHODS, UnixConnection, ask, check, document, exercised, expect, operations, port, problem, problems, resolved,
    schema_errors, socket_path, token,
)


def check_routes():
    """Both name the same routes, with the same rights and words."""
    _, body = expect(200, "GET", "/v1", "/v1")
    served = {(r["path"], r["method"]): r for r in json.loads(body)["routes"]}
    documented = {(path, method): op for path, method, op in operations() if path != "/v1"}
    for key, operation in documented.items():
        if operation.get("x-pending"):
            if key in served:
                problem(f"{key} is served: take x-pending off")
            continue
        if key not in served:
            problem(f"{key} is documented, not served")
            continue
        if operation["x-right"] != served[key]["right"]:
            problem(f"{key}: right {served[key]['right']} is documented as {operation['x-right']}")
        if operation["summary"] != served[key]["about"]:
            problem(f"{key}: \"{served[key]['about']}\" is documented as \"{operation['summary']}\"")
    for key in served.keys() - documented.keys():
        problem(f"{key} is served, not documented")


def a_crash():
    """One that is kept of `broken`; it may be gone soon, since that goes on failing."""
    _, _, body = ask("GET", "/v1/crashes?service=broken&limit=1")
    return json.loads(body)["crashes"][0]["id"]


def a_job(submission):
    """The number of a new job."""
    _, body = expect(200, "POST", "/v1/jobs", "/v1/jobs", body=json.dumps(submission))
    return json.loads(body)["id"]


def matches(template, path):
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)


def check_methods():
    """OPTIONS names the methods that are documented, and others are refused."""
    for path, item in document["paths"].items():
        own = {m.upper() for m in METHODS if m in item and not item[m].get("x-pending")}
        if not own:
            continue
        number = str(a_job({"command": ["true"]})) if path.startswith("/v1/jobs") else a_crash()
        concrete = path.replace("{name}", "steady").replace("{id}", number).replace("{generation}", "1")
        # /v1/jobs/prune is one of /v1/jobs/{id} too.
        documented = {m for p, m, op in operations() if matches(p, concrete) and not op.get("x-pending")}
        allowed = documented | {"OPTIONS"} | ({"HEAD"} if "GET" in documented else set())
        status, headers, _ = ask("OPTIONS", concrete)
        if status != 204 or set(headers.get("Allow", "").split(", ")) != allowed:
            problem(f"OPTIONS {concrete}: {status} {headers.get('Allow')} instead of {allowed}")
        wrong = sorted({"PUT", "DELETE", "PATCH"} - documented)[0]
        status, headers, body = ask(wrong, concrete)
        if status != 405 or set(headers.get("Allow", "").split(", ")) != allowed:
            problem(f"{wrong} {concrete}: {status} {headers.get('Allow')}")
        check(f"{wrong} {concrete}", path, next(iter(own)), status, headers, body)
        if "GET" in own:
            status, _, body = ask("HEAD", concrete)
            if status != 200 or body:
                problem(f"HEAD {concrete}: {status} with {len(body)} bytes")


def check_answers():
    """Real answers fit their schemas."""
    for path in ("/v1/status", "/v1/services", "/v1/conditions", "/v1/disk", "/v1/events", "/metrics"):
        expect(200, "GET", path, path)
    events = "/v1/events"
    expect(200, "GET", events + "?since=0&limit=5&service=broken", events)
    for query in ("since=x", "since=-1", "limit=x", "limit=1&limit=2"):
        expect(400, "GET", f"{events}?{query}", events)
    expect(200, "GET", events + "?since=0&limit=10000", events)
    expect(200, "GET", "/v1/disk?hours=2", "/v1/disk")
    expect(400, "GET", "/v1/disk?hours=x", "/v1/disk")
    service, logs = "/v1/services/{name}", "/v1/services/{name}/logs"
    for name in ("steady", "broken"):
        expect(200, "GET", f"/v1/services/{name}", service)
        expect(200, "GET", f"/v1/services/{name}/logs", logs)
    expect(404, "GET", "/v1/services/nobody", service)
    expect(404, "GET", "/v1/services/n%C3%B6%20", service)
    expect(404, "GET", "/v1/services/nobody/logs", logs)
    for query in ("after=x", "lines=x"):
        expect(400, "GET", f"/v1/services/steady/logs?{query}", logs)
    expect(200, "GET", "/v1/services/steady/logs?lines=99999&stream=stderr", logs)
    for verb in ("stop", "start", "restart"):
        template = "/v1/services/{name}/" + verb
        expect(404, "POST", f"/v1/services/nobody/{verb}", template)
        expect(200, "POST", f"/v1/services/steady/{verb}", template)
        expect(200, "POST", f"/v1/services/steady/{verb}?wait=false", template)
    crashes, crash = "/v1/crashes", "/v1/crashes/{id}"
    expect(200, "GET", crashes, crashes)
    expect(200, "GET", crashes + "?service=broken&limit=2", crashes)
    expect(400, "GET", crashes + "?limit=x", crashes)
    expect(200, "GET", f"{crashes}/{a_crash()}", crash)
    for name in ("nothing", "..%2F..%2Fhostd.toml", "20261124T131502.123Z-gateway.17"):
        expect(404, "GET", f"{crashes}/{name}", crash)
    expect(200, "GET", "/v1/services/steady/logs?instance=1", logs)
    expect(400, "GET", "/v1/services/steady/logs?instance=steady.1", logs)
    expect(200, "POST", "/v1/services/broken/restart", "/v1/services/{name}/restart")


def check_jobs():
    """Jobs in each state, and what can be wanted of them."""
    jobs, job, logs = "/v1/jobs", "/v1/jobs/{id}", "/v1/jobs/{id}/logs"
    whole = {"command": ["sh", "-c", "echo hello; exit 3"], "directory": "/", "env": {"A": "secret"}, "key": "k",
             "priority": 1, "attempts": 1, "backoff": "1s", "deadline": "1h", "attempt_timeout": "1m", "needs": ["disk"],
             "on_failure": {"exec": ["true"]}}
    for error in schema_errors({"$ref": "#/components/schemas/JobSubmission"}, whole):
        problem(f"a submission: {error}")
    failed = a_job(whole)
    if a_job(whole) != failed:
        problem("the same key made two jobs")
    waiting = a_job({"command": ["true"], "hold": True})
    for body in ("", "{}", '{"command": []}', '{"command": ["x"], "nonsense": 1}', '{"command": ["x"], "needs": ["x"]}'):
        expect(400, "POST", jobs, jobs, body=body)
    expect(404, "POST", jobs, jobs, body='{"kind": "nothing"}')
    expect(404, "POST", jobs, jobs, body='{"command": ["true"], "after": [99999]}')
    while True:
        _, body = expect(200, "GET", f"{jobs}/{failed}?wait_s=5", job)
        if "secret" in body.decode():
            problem(f"an environment is shown: {body}")
        if json.loads(body)["state"] == "failed":
            break
    expect(409, "POST", jobs, jobs, body=json.dumps({"command": ["true"], "after": [failed]}))
    for query in ("", "?state=failed,held&limit=5", "?kind=x", "?uid=0&before=2"):
        expect(200, "GET", jobs + query, jobs)
    for query in ("state=x", "limit=x", "uid=x", "before=x"):
        expect(400, "GET", f"{jobs}?{query}", jobs)
    expect(400, "GET", f"{jobs}/{failed}?wait_s=x", job)
    expect(200, "GET", f"{jobs}/job-{failed}/logs", logs)
    expect(400, "GET", f"{jobs}/{failed}/logs?lines=x", logs)
    for name in ("99999", "x", "0"):
        expect(404, "GET", f"{jobs}/{name}", job)
        expect(404, "GET", f"{jobs}/{name}/logs", logs)
        for verb in ("cancel", "hold", "release", "retry"):
            expect(404, "POST", f"{jobs}/{name}/{verb}", f"{job}/{verb}")
    running = a_job({"command": ["sleep", "1000"]})
    for number, verb, status in (
        (running, "hold", 200), (running, "hold", 409), (running, "release", 200), (running, "release", 409),
        (running, "retry", 409), (running, "cancel", 200), (running, "cancel", 409), (running, "retry", 200),
        (running, "cancel", 200), (waiting, "release", 200), (failed, "retry", 200),
    ):
        if verb == "release" and status == 409 or verb == "retry" and status == 409:
            while json.loads(ask("GET", f"{jobs}/{number}")[2])["state"] != "running":
                pass
        expect(status, "POST", f"{jobs}/{number}/{verb}", f"{job}/{verb}")
    prune = jobs + "/prune"
    for body in ("", "{}", '{"older_s": 0, "states": ["x"]}', '{"older_s": 0, "states": ["held"]}'):
        expect(400, "POST", prune, prune, body=body)
    _, body = expect(200, "POST", prune, prune, body='{"older_s": 0, "states": ["cancelled"]}')
    if json.loads(body)["removed"] != [running]:
        problem(f"{body} are gone, and only {running} was cancelled")
    expect(200, "POST", prune, prune, body=json.dumps({"ids": [failed]}))


def check_commands():
    """Those that come with other parts of hostd: held to the document as soon as x-pending is off."""
    several = "/v1/services"
    for body, status in (
        ({"action": "start", "names": ["steady"], "wait": True}, 200),
        ({"action": "start", "names": ["steady", "broken"], "wait": False}, 200),
        ({"action": "start", "names": ["nobody"]}, 404),
        ({"action": "start", "names": []}, 400),
        ({"action": "dance", "names": ["steady"]}, 400),
        ([], 400),
    ):
        if is_served(several, "POST"):
            expect(status, "POST", several, several, body=json.dumps(body))
    for verb, query in (("signal", "?signal=SIGCONT"), ("reset", ""), ("reload", "")):
        template = "/v1/services/{name}/" + verb
        if is_served(template, "POST"):
            expect(200, "POST", f"/v1/services/steady/{verb}{query}", template)
            expect(404, "POST", f"/v1/services/nobody/{verb}{query}", template)
    if is_served("/v1/services/{name}/signal", "POST"):
        expect(400, "POST", "/v1/services/steady/signal?signal=x", "/v1/services/{name}/signal")
    if is_served("/v1/net", "GET"):
        expect(200, "GET", "/v1/net", "/v1/net")
    if is_served("/v1/alerts/test", "POST"):
        expect(200, "POST", "/v1/alerts/test", "/v1/alerts/test")
        expect(404, "POST", "/v1/alerts/test?name=nobody", "/v1/alerts/test")
    for method, path in (("GET", "/v1/node"), ("POST", "/v1/node"), ("GET", "/v1/plan"), ("POST", "/v1/reload")):
        if is_served(path, method):
            expect(200, method, path, path)


def is_served(path, method):
    return not document["paths"][path][method.lower()].get("x-pending")


def check_refusals():
    """What any request can be answered."""
    status = "/v1/status"
    over_tcp = lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    expect(401, "GET", status, status, connection=over_tcp())
    expect(401, "GET", status, status, connection=over_tcp(), headers={"Authorization": "Bearer x"})
    bearer = {"Authorization": f"Bearer {token}"}
    expect(200, "GET", status, status, connection=over_tcp(), headers=bearer)
    expect(200, "GET", "/metrics", "/metrics", connection=over_tcp(), headers=bearer)
    expect(403, "GET", status, status, connection=over_tcp(), headers={**bearer, "Origin": "http://x"})
    expect(421, "GET", status, status, connection=over_tcp(), headers={**bearer, "Host": f"evil.example:{port}"})
    stop = "/v1/services/{name}/stop"
    expect(403, "POST", "/v1/services/steady/stop", stop, connection=over_tcp(), headers=bearer)
    expect(413, "POST", "/v1/services/steady/stop", stop, headers={"Content-Length": str(1 << 30)})
    expect(431, "GET", status, status, headers={"X": "x" * 20000})
    expect(501, "POST", "/v1/services/steady/stop", stop, headers={"Transfer-Encoding": "gzip"})
    for path in ("/", "/v2", "/v1/nothing", "/v1/services/steady/nothing", "/metrics/x"):
        code, headers, body = ask("GET", path)
        if code != 404:
            problem(f"GET {path}: {code}")
        check(f"GET {path}", status, "GET", code, headers, body)
    for lines, code in ((b"nonsense\r\n\r\n", 400), (b"GET /v1/status HTTP/3\r\n\r\n", 505), (b"GET /v1", 408)):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
            raw.settimeout(30)
            raw.connect(socket_path)
            raw.sendall(lines)
            answer = http.client.HTTPResponse(raw)
            answer.begin()
            if answer.status != code:
                problem(f"{lines}: {answer.status} instead of {code}")
            check(str(lines), status, "GET", answer.status, answer.headers, answer.read())


def check_stream():
    """Streams carry what is documented, and there is an end to their number."""
    streams = []
    while len(streams) < 100:
        connection = UnixConnection()
        connection.request("GET", "/v1/events?since=0", headers={"Accept": "text/event-stream"})
        answer = connection.getresponse()
        if answer.status != 200:
            check("too many streams", "/v1/events", "GET", answer.status, answer.headers, answer.read())
            break
        streams.append((connection, answer))
    if not streams or len(streams) == 100:
        return problem(f"{len(streams)} streams")
    answer = streams[0][1]
    check("a stream", "/v1/events", "GET", answer.status, answer.headers, b"")
    schema = {"$ref": "#/components/schemas/Event"}
    count, number = 0, None
    while count < 5:
        line = answer.readline().decode().rstrip("\n")
        if line.startswith("id: "):
            number = int(line[4:])
        if line.startswith("data: "):
            event = json.loads(line[6:])
            count += 1
            for error in schema_errors(schema, event):
                problem(f"stream: {error}")
            if event["id"] != number:
                problem(f"stream: id {number} with the entry {event['id']}")
    for connection, _ in streams:
        connection.close()
    return None


def check_metrics():
    """Strictly OpenMetrics, and the families that are documented for people."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    _, _, body = ask("GET", "/metrics")
    families = {family.name: family for family in text_string_to_metric_families(body.decode())}
    manual = open(sys.argv[1].replace("openapi.yaml", "control-api.md"), encoding="utf-8").read()
    named = set(re.findall(r"^\| `([a-z_]+)`", manual, re.MULTILINE))
    if set(families) != named:
        problem(f"/metrics: in control-api.md and the answer differ: {set(families) ^ named}")
    restarts = {s.labels["service"]: s.value for s in families["hostd_service_restarts"].samples}
    if set(restarts) != {"steady", "broken"} or restarts["broken"] < 1:
        problem(f"/metrics: restarts {restarts}")
    durations = families["hostd_probe_duration_seconds"].samples
    if not any(s.labels == {"service": "steady", "probe": "live"} and s.value > 0 for s in durations):
        problem(f"/metrics: probe durations {durations}")


def check_reexec():
    """Last, since it replaces the server: one request is enough, the other one comes while its self-test runs."""
    first = UnixConnection()
    first.request("POST", "/v1/reexec")
    expect(409, "POST", "/v1/reexec", "/v1/reexec")
    answer = first.getresponse()
    check("POST /v1/reexec", "/v1/reexec", "POST", answer.status, answer.headers, answer.read())


def check_coverage():
    """Each status that is documented was seen, but for those that no request can bring about."""
    for path, method, operation in operations():
        if operation.get("x-pending"):
            continue
        for code, response in operation["responses"].items():
            for kind in resolved(response)["content"]:
                if (method, path, str(code), kind) not in exercised:
                    problem(f"{method} {path}: {code} {kind} is documented and was never seen")
    for code in document["x-general-errors"].keys() - {500, 503}:
        if ("*", "*", str(code), "application/json") not in exercised:
            problem(f"{code} is documented for all and was never seen")


def names_of_schemas_in_use():
    return set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))


for name in document["components"]["schemas"].keys() - names_of_schemas_in_use():
    problem(f"the schema {name} is used nowhere")
checks = (
    check_routes, check_models, check_methods, check_answers, check_jobs, check_commands, check_refusals, check_stream,
    check_metrics,
)
for check_one in (*checks, check_reexec, check_coverage):
    check_one()
print("\n".join(problems))
sys.exit(1 if problems else 0)
