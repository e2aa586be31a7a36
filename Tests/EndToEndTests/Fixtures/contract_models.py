# SPDX-License-Identifier: Apache-2.0
"""The part of control_contract.py that concerns the policy of the models."""

import hashlib
import json
import os
import sqlite3
import sys
import time

from contract_tools import ask, expect, problem

STATE = os.path.dirname(sys.argv[4])
FOLDER = os.path.dirname(STATE)
POLICY = FOLDER + "/models.toml"

AUDIT = ("number", "wall_ms", "epoch", "action", "generation", "made_by", "origin", "name", "why", "digest",
         "digest_before", "changes")


def audit_hash(previous, row):
    """As model-audit.md has it."""
    lines = [previous]
    for value in row:
        lines.append("-" if value is None else f"{len(str(value).encode())}:{value}")
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def write_policy(text):
    """As an editor does."""
    with open(POLICY + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(POLICY + ".new", POLICY)


def use_models():
    """What attempts and launches of an earlier time used."""
    with sqlite3.connect(STATE + "/hostd.db", timeout=30) as store:
        store.execute("INSERT INTO model_runs VALUES(999, 1, NULL, 'agent', 'a/b', 'stable', 1, ?1, ?1 + 5, 'failed', 1, "
                      "10, 20, 3, NULL)", (1780000000000,))
        store.execute("INSERT INTO service_runs VALUES('steady', 1, 'agent', 'a/b', 1780000000000 / 3600000, 1, "
                      "1780000000000, 2)")


def check_policy():
    """From no policy to one with a candidate, and back."""
    paths = {name: f"/v1/models/{name}" for name in ("plan", "apply", "rollback", "promote", "abandon", "validate", "board")}
    for name in ("apply", "rollback", "promote", "abandon", "validate", "board"):
        expect(400, "POST", paths[name], paths[name], body="[")
    for body in ("", "{}", '{"tier": "agent", "rounds": 0}', '{"tier": "agent", "nonsense": 1}'):
        expect(400, "POST", paths["validate"], paths["validate"], body=body)
    for body in ("", "{}", json.dumps({"summary": ""}), json.dumps({"summary": "two\nlines"})):
        expect(400, "POST", paths["board"], paths["board"], body=body)
    expect(200, "GET", "/v1/models", "/v1/models")
    expect(422, "POST", paths["apply"], paths["apply"], body="{}")
    expect(409, "POST", paths["rollback"], paths["rollback"], body="{}")
    write_policy('policy = "one"\n[tier.agent]\nmodel = "a/b"\ngray = { model = "c/d" }\n[tier.plain]\nmodel = "a/b"\n')
    expect(200, "POST", paths["apply"], paths["apply"], body='{"note": "the first"}')
    expect(200, "GET", "/v1/models", "/v1/models")
    expect(200, "GET", paths["plan"], paths["plan"])
    for name in ("promote", "abandon", "validate"):
        expect(404, "POST", paths[name], paths[name], body='{"tier": "nothing"}')
        expect(409, "POST", paths[name], paths[name], body='{"tier": "plain"}')
    os.makedirs(FOLDER + "/golden", exist_ok=True)
    with open(FOLDER + "/golden/one.toml", "w", encoding="utf-8") as file:
        file.write('command = ["true"]\n')
    text = 'policy = "two"\n[tier.agent]\nmodel = "a/b"\ngray = { model = "e/f" }\n[golden]\njobs = ["golden/*.toml"]\n'
    write_policy(text)
    expect(200, "POST", paths["apply"], paths["apply"])
    expect(202, "POST", paths["validate"], paths["validate"], body='{"tier": "agent"}')
    expect(200, "GET", paths["validate"] + "?tier=agent", paths["validate"])
    expect(200, "POST", paths["promote"], paths["promote"], body='{"tier": "agent"}')
    expect(404, "POST", paths["rollback"], paths["rollback"], body='{"generation": 99}')
    expect(200, "POST", paths["rollback"], paths["rollback"], body='{"generation": 1, "note": "as it was"}')
    expect(200, "POST", paths["abandon"], paths["abandon"], body='{"tier": "agent"}')
    expect(200, "POST", paths["board"], paths["board"], body=json.dumps({"summary": "week to 2026-05-24: 18T tokens"}))


def check_models():
    """The policy, and what is kept of it: the chain holds as its documentation has it."""
    check_policy()
    use_models()
    wait_for_the_audit("candidate_rolled_back")
    history, report, generation = "/v1/models/history", "/v1/models/report", "/v1/models/generations/{generation}"
    _, body = expect(200, "GET", history + "?verify=true", history)
    found = json.loads(body)
    if not found["rows"] or found["verification"] != {
        "ok": True, "rows": len(found["rows"]), "head": found["rows"][0]["hash"], "problem": ""
    }:
        problem(f"{history}: {found}")
    with sqlite3.connect(STATE + "/hostd.db", timeout=30) as store:
        previous = "0" * 64
        for row in store.execute(f"SELECT {', '.join(AUDIT)}, hash FROM policy_audit ORDER BY number"):
            if audit_hash(previous, row[:-1]) != row[-1]:
                problem(f"row {row[0]} of the audit does not have the hash that is documented")
            previous = row[-1]
    expect(200, "GET", history + "?limit=1&before=2", history)
    for query in ("limit=x", "before=x"):
        expect(400, "GET", f"{history}?{query}", history)
    expect(200, "GET", "/v1/models/generations/1", generation)
    for name in ("0", "99999", "x"):
        expect(404, "GET", f"/v1/models/generations/{name}", generation)
    expect(200, "GET", report, report)
    span = "from=2026-05-28T00:00:00Z&to=2026-06-01T00:00:00Z"
    expect(200, "GET", f"{report}?{span}", report)
    backwards = "from=2026-05-29T00:00:00Z&to=2026-05-28T00:00:00Z"
    for query in ("days=x", "from=x", "days=1&to=2026-05-29T00:00:00Z", backwards):
        expect(400, "GET", f"{report}?{query}", report)


def wait_for_the_audit(action):
    """It is written soon after what it tells of."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if action in ask("GET", "/v1/models/history")[2].decode():
            return
        time.sleep(0.02)
    problem(f"the audit does not tell of {action}")
