# SPDX-License-Identifier: Apache-2.0
"""Asks hostd for its status in a tight loop until the file STOP is there, then says how that went.

    asker.py SOCKET STOP

"refused": nobody listened. "broken": a connection that was made ended without an answer.
"""

import os
import socket
import sys
import time

counts = {"answered": 0, "refused": 0, "broken": 0}
longest = 0.0
while not os.path.exists(sys.argv[2]):
    began = time.monotonic()
    visitor = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    visitor.settimeout(60)
    try:
        visitor.connect(sys.argv[1])
    except OSError:
        counts["refused"] += 1
        continue
    answer = b""
    try:
        visitor.sendall(b"GET /v1/status HTTP/1.1\r\nHost: hostd\r\nConnection: close\r\n\r\n")
        while part := visitor.recv(65536):
            answer += part
    except OSError:
        pass
    counts["answered" if answer.startswith(b"HTTP/1.1 200 ") and answer.rstrip().endswith(b"}") else "broken"] += 1
    longest = max(longest, time.monotonic() - began)
    visitor.close()
print(" ".join("%s=%d" % pair for pair in counts.items()), "longest=%.2f" % longest)
