// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// `run/net.json`: the figures of the network for tools, replaced as a whole, at most once a second.
final class NetworkFile {
    private static let apart: Duration = .seconds(1)

    private let loop: EventLoop
    private let path: String
    private var timer: TimerSource?
    private var content: (() -> JSON)?
    private var isArmed = false
    private var writtenAt: Instant?
    private var written: [UInt8]?

    /// The file at `path`, not written yet.
    init(loop: EventLoop, path: String) {
        self.loop = loop
        self.path = path
    }

    /// Writes what `content` says, soon.
    func write(_ content: @escaping () -> JSON) {
        self.content = content
        guard !isArmed else { return }
        if timer == nil { timer = try? loop.timer { [weak self] in self?.writeNow() } }
        let soonest = writtenAt.map { $0 + Self.apart } ?? loop.now
        timer?.arm(at: max(loop.now, soonest))
        isArmed = timer != nil
    }

    /// There is nothing to say any more.
    func remove() {
        timer?.disarm()
        isArmed = false
        written = nil
        unlink(path)
    }

    /// The runtime folder is in memory, like the snapshots that are written to it as well.
    private func writeNow() {
        isArmed = false
        writtenAt = loop.now
        guard let bytes = content?().bytes, bytes != written else { return }
        do throws(SystemError) {
            try Files.replace(path, with: bytes, mode: 0o644)
            written = bytes
        } catch {
            Journal.say(.warning, "the figures of the network could not be written: \(error)")
        }
    }
}
