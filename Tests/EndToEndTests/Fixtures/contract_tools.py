# SPDX-License-Identifier: Apache-2.0
"""What the checks of the control API have in common; see control_contract.py."""

import http.client
import json
import re
import socket
import sys

import jsonschema
import yaml

document = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
socket_path, port, token = sys.argv[2], int(sys.argv[3]), open(sys.argv[4], encoding="ascii").read().strip()
problems = []
exercised = set()
METHODS = ("get", "put", "post", "delete", "patch")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("hostd", timeout=30)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(socket_path)


def problem(text):
    problems.append(text)


def resolved(node):
    while isinstance(node, dict) and "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def schema_errors(schema, value):
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document["components"], **schema}
    validator = jsonschema.Draft202012Validator(whole)
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator.iter_errors(value)]


def operations():
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method.upper(), item[method]


def ask(method, path, connection=None, headers=None, body=None):
    connection = connection or UnixConnection()
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def check(what, template, method, status, headers, body):
    """Holds one answer to the document."""
    operation = document["paths"].get(template, {}).get(method.lower())
    if not operation:
        return problem(f"{what}: {template} is not documented")
    responses = {str(code): response for code, response in operation["responses"].items()}
    kind = headers.get("Content-Type")
    if str(status) in responses:
        content = resolved(responses[str(status)])["content"]
        exercised.add((method, template, str(status), kind))
    elif status in document["x-general-errors"]:
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        exercised.add(("*", "*", str(status), kind))
    else:
        return problem(f"{what}: {status} is not documented")
    if kind not in content:
        return problem(f"{what}: {status} is {kind} (documented: {', '.join(content)})")
    if kind == "application/json":
        try:
            value = json.loads(body)
        except ValueError as error:
            return problem(f"{what}: {error}: {body[:200]}")
        for error in schema_errors(content[kind]["schema"], value):
            problem(f"{what}: {error}")
    return None


def expect(status, method, path, template, **more):
    found, headers, body = ask(method, path, **more)
    what = f"{method} {path}"
    if found != status:
        problem(f"{what}: {found} instead of {status}: {body[:200]}")
    check(what, template, method, found, headers, body)
    return headers, body
