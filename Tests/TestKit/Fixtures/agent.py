#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for agent CLIs, which behaves as measurements say that the real ones do. Started as `claude` or `codex` (the
name of the link to this file), with their arguments. It works through numbered steps: each runs in a session of its own
and appends its number to a file. A resumed agent, and one that takes work over, looks at the file and goes on behind the
last number; any other begins with 1.

    AGENT_FILE      the file of the steps
    AGENT_STEPS     how many there are (5)
    AGENT_SECONDS   how long each takes (0.02)
    AGENT_SCENARIO  what goes wrong, words with commas between:
        hang=STEP       before this step it waits on a socket that nobody answers, for ever
        late            its session file is written after the first step only
        error-inside    exit code 0, and the last line says that it failed
        no-result       exit code 0, and no last line
        stays           it does not end after its last line
        api=STATUS      the provider answers this; after=S: with this Retry-After
        deny            it tries for ever what nobody permits
        writes-lost     its session cannot be written
        times=N         only the first N launches (counted in ~/.agent-launches) go wrong
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid

program = os.path.basename(sys.argv[0])
home = os.environ["HOME"]
steps_file = os.environ["AGENT_FILE"]
step_count = int(os.environ.get("AGENT_STEPS", "5"))
step_seconds = os.environ.get("AGENT_SECONDS", "0.02")


def scenario():
    """What goes wrong in this launch."""
    words = dict(word.partition("=")[::2] for word in os.environ.get("AGENT_SCENARIO", "").split(",") if word)
    with open(home + "/.agent-launches", "a+") as file:
        file.write("%d %s\n" % (os.getpid(), " ".join(sys.argv[1:])[:200].replace("\n", " ")))
        file.flush()
        file.seek(0)
        launches = len(file.readlines())
    return words if launches <= int(words.get("times", 1 << 30)) else {}


def say(**fields):
    print(json.dumps(fields), flush=True)


def done_steps():
    try:
        with open(steps_file) as file:
            return [int(line) for line in file if line.strip().isdigit()]
    except FileNotFoundError:
        return []


def hang():
    """Waits for an answer on a connection that nobody serves."""
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(server.getsockname())
    client.recv(1)


def run_tool(step):
    command = "sleep %s; echo %d >> '%s'" % (step_seconds, step, steps_file)
    return subprocess.run(["/bin/sh", "-c", command], start_new_session=True).returncode


class Claude:
    def __init__(self, arguments):
        self.prompt = arguments[arguments.index("--") + 1] if "--" in arguments else ""
        self.model = self.option(arguments, "--model") or "stand-in"
        self.resumes = "--resume" in arguments
        self.session = self.option(arguments, "--resume") or self.option(arguments, "--session-id") or str(uuid.uuid4())
        slug = re.sub("[^a-zA-Z0-9]", "-", os.getcwd())
        self.path = "%s/.claude/projects/%s/%s.jsonl" % (home, slug, self.session)

    @staticmethod
    def option(arguments, name):
        return arguments[arguments.index(name) + 1] if name in arguments else None

    def start(self):
        if not self.prompt:
            self.refuse("Input must be provided either through stdin or as a prompt argument when using --print")
        if self.resumes and not os.path.exists(self.path):
            text = "No conversation found with session ID: " + self.session
            self.result(True, "error_during_execution", errors=[text])
            self.refuse(text)
        if not self.resumes and os.path.exists(self.path):
            self.refuse("Error: Session ID %s is already in use." % self.session)
        say(type="system", subtype="init", cwd=os.getcwd(), session_id=self.session, model=self.model)

    @staticmethod
    def refuse(text):
        print(text, file=sys.stderr, flush=True)
        sys.exit(1)

    def save(self, step):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, "a") as file:
            file.write(json.dumps({"type": "user", "step": step, "sessionId": self.session}) + "\n")

    def lose(self):
        say(type="system", subtype="session_writes_lost", error="ENOSPC", session_id=self.session)

    def begin(self, step):
        content = [{"type": "tool_use", "id": "toolu_%d" % step, "name": "Bash", "input": {}}]
        usage = {"input_tokens": 100, "output_tokens": 10}
        message = {"id": "msg_%d" % step, "role": "assistant", "content": content, "usage": usage}
        say(type="assistant", message=message, session_id=self.session)

    def end(self, step, problem=None):
        result = {"type": "tool_result", "tool_use_id": "toolu_%d" % step, "content": problem or "", "is_error": bool(problem)}
        say(type="user", message={"role": "user", "content": [result]}, session_id=self.session)

    def fail(self, status, after):
        retries = 1 if status in (400, 404) else 3
        for attempt in range(1, retries):
            say(type="system", subtype="api_retry", attempt=attempt, error_status=status, session_id=self.session)
        text = "API Error: %d" % status + (" (retry after %s seconds)" % after if after else "")
        self.result(True, "success", api_error_status=status, result=text, terminal_reason="api_error")
        sys.exit(1)

    def result(self, is_error, subtype="success", **fields):
        # As the real one, not with `type` first.
        say(duration_ms=1, is_error=is_error, subtype=subtype, type="result", session_id=self.session, **fields)

    def finish(self):
        self.result(False, result="All %d steps are done." % step_count)

    def interrupted(self):
        self.result(True, "error_during_execution", terminal_reason="aborted_streaming")


class Codex(Claude):
    def __init__(self, arguments):
        self.prompt = arguments[arguments.index("--") + 1] if "--" in arguments else ""
        before = arguments[: arguments.index("--")] if "--" in arguments else arguments
        self.resumes = "resume" in before
        self.session = before[before.index("resume") + 1] if self.resumes else str(uuid.uuid4())
        self.path = "%s/.codex/sessions/%s.jsonl" % (home, self.session)

    def start(self):
        if self.resumes and not os.path.exists(self.path):
            self.refuse("Error: thread/resume failed: no rollout found for thread id " + self.session)
        say(type="thread.started", thread_id=self.session)
        say(type="turn.started")

    def lose(self):
        say(type="error", message="failed to record rollout items: No space left on device")

    def begin(self, step):
        self.item("item.started", step, "in_progress")

    def end(self, step, problem=None):
        self.item("item.completed", step, "declined" if problem else "completed", aggregated_output=problem or "")

    def item(self, kind, step, status, **fields):
        item = dict(fields, id="item_%d" % step, type="command_execution", command="step %d" % step, status=status)
        say(type=kind, item=item)

    def fail(self, status, after):
        text = "exceeded retry limit, last status: %d" % status
        text += {429: " Too Many Requests", 401: " 401 Unauthorized", 404: " model_not_found"}.get(status, "")
        text += ", please try again in %ss" % after if after else ""
        for attempt in range(1, 6):
            say(type="error", message="Reconnecting... %d/5" % attempt)
        say(type="turn.failed", error={"message": text})
        sys.exit(1)

    def result(self, *_, **__):
        say(type="turn.failed", error={"message": "something went wrong"})

    def finish(self):
        say(type="item.completed", item={"id": "item_0", "type": "agent_message", "text": "All steps are done."})
        say(type="turn.completed", usage={"input_tokens": 100 * step_count, "output_tokens": 10 * step_count})


def deny(agent):
    while True:
        agent.begin(1)
        agent.end(1, "this needs approval, and nobody is there to give it")
        time.sleep(0.001)


def main():
    wrong = scenario()
    agent = (Codex if program == "codex" else Claude)(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    signal.signal(signal.SIGHUP, lambda *_: os._exit(129))
    signal.signal(signal.SIGINT, lambda *_: (agent.interrupted(), os._exit(0)))
    agent.start()
    knows = agent.resumes or "Somebody before you" in agent.prompt
    done = done_steps() if knows else []
    if "api" in wrong:
        agent.save(0)
        agent.fail(int(wrong["api"]), wrong.get("after"))
    if "late" not in wrong and "writes-lost" not in wrong:
        agent.save(0)
    if "writes-lost" in wrong:
        agent.lose()
    if "deny" in wrong:
        deny(agent)
    for step in range(max(done, default=0) + 1, step_count + 1):
        if wrong.get("hang") == str(step):
            hang()
        agent.begin(step)
        run_tool(step)
        if "writes-lost" not in wrong:
            agent.save(step)
        agent.end(step)
    if "error-inside" in wrong:
        agent.result(True, result="something went wrong", terminal_reason="api_error")
    elif "no-result" not in wrong and "writes-lost" not in wrong:
        agent.finish()
    if "stays" in wrong:
        hang()


main()
