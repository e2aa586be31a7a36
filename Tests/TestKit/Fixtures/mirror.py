# SPDX-License-Identifier: Apache-2.0
"""A mirror of Nodes on 127.0.0.1 that fails on demand. mirror.py FOLDER [CERTIFICATE KEY] serves the files of FOLDER,
with TLS if told, and prints its port; each request is a line of FOLDER/requests: path, then its Range.

The first part of a path says how:
  plain      as it should be, with ETag and Range
  redirect   by way of another address of this mirror
  circle     by way of itself, for ever
  downgrade  to http, where there may be https only
  deaf       no Range: always the whole file
  broken     an archive's connection is cut after half of it, once; then as it should be
  breaking   an archive's connection is cut after half of it; further parts are cut before their first byte
  silent     half of an archive, then nothing more
  failing    status 503
As a proxy (GET http://HOST/…) it answers for every host.
"""

import email.utils
import http.server
import os
import re
import ssl
import sys
import threading

folder = sys.argv[1]
lock = threading.Lock()
broken = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        path = re.sub(r"^http://[^/]*", "", self.path)
        mode, _, name = path.lstrip("/").partition("/")
        with lock, open(folder + "/requests", "a") as requests:
            via = "" if path == self.path else " proxied"
            requests.write(f"{path} {self.headers.get('Range', '-')}{via}\n")
        if mode == "redirect":
            self.lead(f"/plain/{name}")
        elif mode == "circle":
            self.lead(path)
        elif mode == "downgrade":
            self.lead(f"http://127.0.0.1:{self.server.server_address[1]}/plain/{name}")
        elif mode == "failing":
            self.answer(503)
        else:
            self.serve(mode, name)

    def lead(self, place):
        self.answer(302, {"Location": place})

    def answer(self, status, headers={}):
        self.send_response(status)
        for key, value in {"Content-Length": "0", **headers}.items():
            self.send_header(key, value)
        self.end_headers()

    def serve(self, mode, name):
        place = os.path.join(folder, name)
        if not os.path.isfile(place):
            return self.answer(404)
        size = os.path.getsize(place)
        tag = f'"{size}-{os.stat(place).st_mtime_ns}"'
        start = self.start(mode, size, tag)
        if start is not None and start >= size:
            return self.answer(416, {"Content-Range": f"bytes */{size}"})
        self.send_response(200 if start is None else 206)
        if start is not None:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        first = start or 0
        self.send_header("Content-Length", str(size - first))
        self.send_header("ETag", tag)
        self.send_header("Last-Modified", email.utils.formatdate(os.stat(place).st_mtime, usegmt=True))
        self.end_headers()
        end = self.end(mode, name, first, size)
        with open(place, "rb") as file:
            file.seek(first)
            while first < end and (piece := file.read(min(1 << 18, end - first))):
                self.wfile.write(piece)
                first += len(piece)
        if end < size:
            self.wfile.flush()
            if mode == "silent":
                self.rfile.read(1)  # until the client goes
            self.close_connection = True

    def start(self, mode, size, tag):
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if mode == "deaf" or not asked or self.headers.get("If-Range", tag) != tag:
            return None
        return int(asked[1])

    def end(self, mode, name, first, size):
        if ".tar." not in name or mode not in ("broken", "breaking", "silent"):
            return size
        with lock:
            if mode == "broken" and name in broken:
                return size
            broken.add(name)
        return max(first, size // 2)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
