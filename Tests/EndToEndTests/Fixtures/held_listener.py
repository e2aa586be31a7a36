# SPDX-License-Identifier: Apache-2.0
"""Answers connections on the sockets that it finds as descriptors 3 and on with its pid, as soon as the file GO is there.

    held_listener.py GO
"""

import os
import selectors
import socket
import sys
import time

if os.environ.get("LISTEN_PID") != str(os.getpid()):
    sys.exit("LISTEN_PID is %s" % os.environ.get("LISTEN_PID"))
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
waiting = selectors.DefaultSelector()
for number in range(3, 3 + int(os.environ["LISTEN_FDS"])):
    listener = socket.socket(fileno=number)
    listener.setblocking(False)
    waiting.register(listener, selectors.EVENT_READ)
print("listening", flush=True)
while True:
    for key, _ in waiting.select():
        try:
            connection, _ = key.fileobj.accept()
        except BlockingIOError:
            continue  # another instance was quicker
        connection.sendall(b"%d\n" % os.getpid())
        connection.close()
