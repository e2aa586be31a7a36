#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands where OpenClaw's CLI does: `config validate`, `config get agents --json`, `config set --batch-json`, on the
file that OPENCLAW_CONFIG_PATH names. It reads JSON with comments and trailing commas, writes plain JSON, keeps a .bak as
the real one does, and refuses what the real schema refuses of models. Each call is a line in calls, beside the file."""
import json, os, re, sys

path = os.environ["OPENCLAW_CONFIG_PATH"]
with open(os.path.join(os.environ["OPENCLAW_STATE_DIR"], "calls"), "a") as calls:
    calls.write(" ".join(sys.argv[1:3]) + "\n")


def fail(text):
    print("openclaw: greetings", flush=True)
    print(text, file=sys.stderr)
    sys.exit(1)


def read():
    text = re.sub(r"^\s*//.*$", "", open(path).read(), flags=re.M)
    return json.loads(re.sub(r",(\s*[}\]])", r"\1", text))


def check_model(where, value):
    if isinstance(value, str):
        return
    if not isinstance(value, dict) or not isinstance(value.get("primary"), str):
        fail(f"{where}: Invalid input: expected string or {{ primary }}")
    for name in value:
        if name not in ("primary", "fallbacks", "timeoutMs"):
            fail(f"{where}: Unrecognized key: {name}")


def check(config):
    if "broken" in config:
        fail("<root>: Unrecognized key: \"broken\"")
    agents = config.get("agents", {})
    check_model("agents.defaults.model", agents.get("defaults", {}).get("model", ""))
    for number, agent in enumerate(agents.get("list", [])):
        check_model(f"agents.list.{number}.model", agent.get("model", ""))


def place(config, text):
    parts = [p[0] or p[1] or json.loads(p[2]) for p in re.findall(r'([\w-]+)|\[(\d+)\]|\[("[^"]*")\]', text)]
    for part in parts[:-1]:
        config = config[int(part)] if isinstance(config, list) else config.setdefault(part, {})
    return config, int(parts[-1]) if isinstance(config, list) else parts[-1]


try:
    config = read()
except ValueError as error:
    fail(f"JSON5 parse failed: {error}")
if sys.argv[2] == "validate":
    check(config)
    print("Config valid")
elif sys.argv[2] == "get":
    print("(node) Warning: something is deprecated", file=sys.stderr)
    print(json.dumps(config.get("agents", {}), indent=2))
else:
    for item in json.loads(sys.argv[4]):
        inner, name = place(config, item["path"])
        inner[name] = item["value"]
    check(config)
    os.rename(path, path + ".bak")
    with open(path, "w") as file:
        json.dump(config, file, indent=2)
    print("Updated")
