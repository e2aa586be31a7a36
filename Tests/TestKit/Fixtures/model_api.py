# SPDX-License-Identifier: Apache-2.0
"""A stand-in for providers of models on 127.0.0.1: the Messages API of Anthropic for clients with a tool named Bash, and the
Responses API of OpenAI for those with one named exec_command.

    model_api.py STEPS COUNT [SECONDS]

It prints its port. The "model" looks at the file STEPS, where each finished step is a line with its number, and has the
client run a command that takes SECONDS and then appends the next number, until COUNT are there; then it says that it is
done. What goes wrong stands in the path of the base URL, `http://127.0.0.1:PORT/WAY`, where WAY is one of these, with
`,times=N` behind it if only the first N requests are to fail, and `,from=STEP` if no step before that one is to:

    work            nothing
    529, 503, 401…  this status, with the body that the real one sends; with `,after=S` and `retry-after: S`
    silent          the request is taken, and never answered
    stall           the answer begins, and never goes on
    reset           the connection is reset
    deny            every command is one that nobody permitted

GET /requests lists the requests for work so far, as `STATUS STEP` lines.
"""

import json
import socket
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What an error is called: by Anthropic, and in words.
KINDS = {
    400: ("invalid_request_error", "the request is not right"),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "this key may not do that"),
    404: ("not_found_error", "model: %s"),
    429: ("rate_limit_error", "this request would exceed your rate limit"),
    500: ("api_error", "Internal server error"),
    503: ("api_error", "Service Unavailable"),
    529: ("overloaded_error", "Overloaded"),
}

steps_path, step_count = sys.argv[1], int(sys.argv[2])
step_seconds = sys.argv[3] if len(sys.argv) > 3 else "0"
lock = threading.Lock()
failed = {}
served = []


def next_step():
    """The first step that is not in the file."""
    try:
        with open(steps_path) as file:
            done = {int(line) for line in file if line.strip().isdigit()}
    except FileNotFoundError:
        done = set()
    return next(step for step in range(1, step_count + 2) if step not in done)


def work():
    """The text of the answer, and the command of the next step; None when all is done."""
    step = next_step()
    if step > step_count:
        return "All %d steps are done." % step_count, None
    return "Step %d." % step, "sleep %s; echo %d >> '%s'" % (step_seconds, step, steps_path)


def tokens():
    return {"input_tokens": 100, "output_tokens": 10}


def name(kind):
    return "%s_%d" % (kind, time.time_ns())


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(200, b"")

    def do_GET(self):
        with lock:
            self.answer(200, "".join(served).encode(), "text/plain")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.split("?")[0].strip("/").split("/")
        if path[-1] == "count_tokens":
            return self.answer(200, b'{"input_tokens": 100}')
        if path[-1] not in ("messages", "responses"):
            return self.answer(404, self.error(404, "?"))
        request = json.loads(body)
        way, *options = path[0].split(",")
        if self.fails(way, dict(option.split("=") for option in options), request):
            return
        if path[-1] == "responses":
            self.respond()
        else:
            self.send_message(request, way == "deny")

    def note(self, status):
        with lock:
            served.append("%s %d\n" % (status, next_step()))

    def fails(self, way, options, request):
        """Does what the path says that goes wrong; False when this request goes well."""
        if way in ("work", "deny") or next_step() < int(options.get("from", 1)):
            return False
        with lock:
            failed[self.path] = failed.get(self.path, 0) + 1
            if failed[self.path] > int(options.get("times", 1 << 30)):
                return False
        self.note(way)
        if way == "silent":
            self.hang()
        elif way == "stall":
            self.start_stream()
            self.event("message_start", message=self.message(request))
            self.hang()
        elif way == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        else:
            headers = {"retry-after": options["after"]} if "after" in options else {}
            self.answer(int(way), self.error(int(way), request.get("model")), headers=headers)
        return True

    def hang(self):
        self.wfile.flush()
        while self.connection.recv(1 << 16):
            pass
        self.close_connection = True

    def error(self, status, model):
        kind, message = KINDS.get(status, ("api_error", "status %d" % status))
        message = message % model if "%s" in message else message
        return json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()

    def answer(self, status, body, kind="application/json", headers={}):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def message(self, request, content=(), reason=None):
        """A message of Anthropic's."""
        return {
            "id": name("msg"),
            "type": "message",
            "role": "assistant",
            "model": request.get("model", "?"),
            "content": list(content),
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": tokens(),
        }

    def send_message(self, request, is_denied):
        text, command = work()
        if not any(tool.get("name") == "Bash" for tool in request.get("tools", [])):
            text, command = "ok", None
        else:
            self.note("200")
        content = [{"type": "text", "text": text}]
        if command:
            arguments = {"command": "touch /nobody-permitted-this" if is_denied else command, "description": text}
            content.append({"type": "tool_use", "id": name("toolu"), "name": "Bash", "input": arguments})
        reason = "tool_use" if command else "end_turn"
        if not request.get("stream"):
            return self.answer(200, json.dumps(self.message(request, content, reason)).encode())
        self.start_stream()
        self.event("message_start", message=self.message(request))
        for index, block in enumerate(content):
            if block["type"] == "text":
                empty, delta = dict(block, text=""), {"type": "text_delta", "text": block["text"]}
            else:
                empty = dict(block, input={})
                delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
            self.event("content_block_start", index=index, content_block=empty)
            self.event("content_block_delta", index=index, delta=delta)
            self.event("content_block_stop", index=index)
        self.event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage={"output_tokens": 10})
        self.event("message_stop")
        self.wfile.write(b"0\r\n\r\n")

    def respond(self):
        """An answer of OpenAI's."""
        self.note("200")
        text, command = work()
        response = {"id": name("resp")}
        self.start_stream()
        self.event("response.created", response=response)
        if command:
            item = {"type": "function_call", "call_id": name("call"), "name": "exec_command"}
            item["arguments"] = json.dumps({"cmd": command})
        else:
            item = {"type": "message", "id": name("msg"), "role": "assistant"}
            item["content"] = [{"type": "output_text", "text": text}]
        self.event("response.output_item.done", item=item)
        self.event("response.completed", response=dict(response, usage=dict(tokens(), total_tokens=110)))
        self.wfile.write(b"0\r\n\r\n")

    def start_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, kind, **fields):
        text = "event: %s\ndata: %s\n\n" % (kind, json.dumps(dict(fields, type=kind)))
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        """A client that goes away is nothing to tell."""


server = Server(("127.0.0.1", 0), Provider)
print(server.server_address[1], flush=True)
server.serve_forever()
