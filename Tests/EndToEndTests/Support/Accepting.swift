// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// Accepts what comes to a socket, and closes it again.
final class Accepting {
    private let listener: UnixListener

    init(path: String) throws {
        listener = try UnixListener(path: path)
        let raw = listener.raw
        inBackground {
            while true {
                var entry = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
                guard poll(&entry, 1, -1) > 0 else { return }
                let accepted = accept(raw, nil, nil)
                guard accepted >= 0 else { return }
                close(accepted)
            }
        }
    }

    deinit {
        shutdown(listener.raw, Int32(SHUT_RDWR))
    }
}
