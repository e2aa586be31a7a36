# SPDX-License-Identifier: Apache-2.0
"""Answers whoever comes to the socket that hostd holds for it (descriptor 3) with its pid."""

import os
import socket

listener = socket.socket(fileno=3)
while True:
    visitor, _ = listener.accept()
    visitor.sendall(b"%d\n" % os.getpid())
    visitor.close()
