// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The last things that happened. Off in the first run of a seed, since writing it takes longer than the run itself; a
/// seed that fails is run again with it.
struct Trace {
    let isOn: Bool
    private(set) var lines: [String] = []
    private static let limit = 400

    init(isOn: Bool) {
        self.isOn = isOn
    }

    mutating func note(_ text: @autoclosure () -> String, at now: Instant) {
        guard isOn else { return }
        if lines.count >= Self.limit { lines.removeFirst(Self.limit / 2) }
        lines.append("\((now - .zero).seconds) \(text())")
    }
}
