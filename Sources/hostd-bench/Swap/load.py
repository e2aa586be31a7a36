# SPDX-License-Identifier: Apache-2.0
"""Both ends of a gateway under measurement, on 127.0.0.1.

    load.py upstream             a stand-in for a provider with OpenAI's chat completions; prints its port
    load.py load PORT RATE       sends RATE requests a second to a gateway until it gets SIGTERM, waits for those that are
                                 under way, and prints what became of all of them as KEY=VALUE lines ended by "end"

Of eight requests five come over a connection of their own, two over connections that are kept, and one is a stream of 2 s.
No request is sent twice: what a client would have to try again is counted. Answers carry the name of the model that the
gateway asked for: those of "old" and "new" are counted.
"""

import asyncio
import json
import signal
import sys
import time

STREAM_PARTS, STREAM_PAUSE = 20, 0.1
PATIENCE = 60.0


async def read_head(reader):
    """The first line and the headers in lower case; None at the end of the file."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return first, {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in lines if line)}


async def serve_upstream(reader, writer):
    try:
        while True:
            _, headers = await read_head(reader)
            request = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
            await (answer_stream if request.get("stream") else answer_plain)(writer, request)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def completion(request, kind, choice, **more):
    base = {"id": "chatcmpl-1", "object": kind, "created": int(time.time()), "model": request.get("model", "?")}
    return json.dumps(dict(base, choices=[dict(choice, index=0)], **more)).encode()


async def answer_plain(writer, request):
    choice = {"message": {"role": "assistant", "content": request.get("model", "?")}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11}
    body = completion(request, "chat.completion", choice, usage=usage)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
    await writer.drain()


async def answer_stream(writer, request):
    def part(delta, reason):
        text = b"data: " + completion(request, "chat.completion.chunk", {"delta": delta, "finish_reason": reason}) + b"\n\n"
        return b"%x\r\n%s\r\n" % (len(text), text)

    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    for number in range(STREAM_PARTS):
        writer.write(part({"role": "assistant", "content": "%d " % number}, None))
        await writer.drain()
        await asyncio.sleep(STREAM_PAUSE)
    writer.write(part({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
    await writer.drain()


class Load:
    def __init__(self, port):
        self.port = port
        self.kept = []
        self.counts = {"sent": 0, "answered": 0, "refused": 0, "reset": 0, "reset_kept": 0, "error": 0, "cut": 0, "late": 0}
        self.models = {}
        self.longest = 0.0
        self.failed_at = []
        self.under_way = set()

    def send(self, number):
        kind = "stream" if number % 8 == 1 else "kept" if number % 8 in (3, 6) else "new"
        task = asyncio.ensure_future(self.request(kind))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def request(self, kind):
        self.counts["sent"] += 1
        began = time.monotonic()
        try:
            outcome = await asyncio.wait_for(self.exchange(kind), PATIENCE)
        except asyncio.TimeoutError:
            outcome = "late"
        if outcome == "answered":
            self.longest = max(self.longest, time.monotonic() - began)
        else:
            self.failed_at.append(time.monotonic())
            if outcome == "reset" and kind == "kept":
                outcome = "reset_kept"
        self.counts[outcome] += 1

    def take_kept(self):
        """A connection that is kept; as clients do, none that is known to be closed."""
        while self.kept:
            reader, writer = self.kept.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None

    async def exchange(self, kind):
        connection = self.take_kept() if kind == "kept" else None
        try:
            reader, writer = connection or await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return "reset"
        begun = False
        try:
            body = json.dumps(
                {"model": "agent", "stream": kind == "stream", "messages": [{"role": "user", "content": "hello"}]}
            ).encode()
            close = b"" if kind == "kept" else b"connection: close\r\n"
            writer.write(
                b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer sk-bench-7f3c9a1e5b2d8046c1e9\r\n"
                b"content-type: application/json\r\n%scontent-length: %d\r\n\r\n" % (close, len(body)) + body
            )
            first, headers = await read_head(reader)
            begun = True
            answer = await read_body(reader, headers)
            if first.split()[1] != "200":
                return "error"
            if kind == "stream" and b"[DONE]" not in answer:
                return "cut"
            self.note_model(kind, answer)
            if kind == "kept" and headers.get("connection") != "close":
                self.kept.append((reader, writer))
                writer = None
            return "answered"
        except (asyncio.IncompleteReadError, OSError):
            return "cut" if begun else "reset"
        finally:
            if writer:
                writer.close()

    def note_model(self, kind, answer):
        if kind == "stream":
            return
        model = json.loads(answer)["choices"][0]["message"]["content"]
        self.models[model] = self.models.get(model, 0) + 1


async def read_body(reader, headers):
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    if headers.get("transfer-encoding") != "chunked":
        return await reader.read()
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


async def load(port, rate):
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    load, began, number = Load(port), time.monotonic(), 0
    while not ended.is_set():
        load.send(number)
        number += 1
        await asyncio.sleep(max(0, began + number / rate - time.monotonic()))
    await asyncio.gather(*load.under_way)
    span = max(load.failed_at) - min(load.failed_at) if load.failed_at else 0
    result = dict(load.counts, failing_ms=int(span * 1000), longest_ms=int(load.longest * 1000))
    result["of_old"], result["of_new"] = (load.models.get(name, 0) for name in ("old", "new"))
    print("".join("%s=%s\n" % item for item in result.items()) + "end", flush=True)


async def upstream():
    server = await asyncio.start_server(serve_upstream, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if sys.argv[1] == "upstream":
    asyncio.run(upstream())
else:
    asyncio.run(load(int(sys.argv[2]), float(sys.argv[3])))
