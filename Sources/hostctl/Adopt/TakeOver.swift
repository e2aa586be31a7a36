// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// Takes a unit out of service and lets hostd run what it ran; where that fails, everything is as it was.
struct TakeOver {
    private static let pauseMilliseconds: Int32 = 100
    /// A service that is taken away again may take long to stop.
    private static let longestStop: Duration = .seconds(600)

    let found: FoundUnit
    let manager: UnitManager
    let file: AdoptedFile
    let session: Session

    private var name: String { found.service.name }
    private var units: [String] { [found.unit] + found.sockets }

    /// Returns when the service is ready; fails when the unit is back.
    func run() throws(Failure) {
        // Nothing is touched where hostd does not answer.
        _ = try Selection.list(session.client)
        // Half-way is no place to end: who interrupts has everything put back.
        let endings = [SIGINT, SIGTERM, SIGHUP]
        Signals.block(endings)
        let interruption: SignalDescriptor
        do throws(SystemError) {
            interruption = try SignalDescriptor(endings)
        } catch {
            throw Failure(.failed, "\(error)")
        }
        try file.write()
        do throws(Failure) {
            say("\(manager.commandLine(["disable", "--now"] + units))")
            try manager.act(["disable", "--now", "--"] + units)
            try reload()
            try waitUntilReady(interruption)
        } catch {
            try putBack(after: error)
        }
    }

    private func reload() throws(Failure) {
        say("hostctl reload")
        guard let answer = try session.client.post(Target(["reload"])) else {
            throw Failure(.failed, "hostd takes too long to read its configuration")
        }
        let reload = try session.client.read(answer.json, as: ReloadAnswer.init(json:))
        guard reload.ok else { throw Failure(.badFile, reload.errors.joined(separator: "\n")) }
        if found.service.value("autostart") == "false" {
            _ = try session.client.post(Target.action("start", name, wait: false, []))
        }
    }

    private func waitUntilReady(_ interruption: borrowing SignalDescriptor) throws(Failure) {
        let deadline = Clock.now + session.client.patience
        let progress = ProgressLine(session, of: [name])
        defer { progress.clear() }
        while true {
            let service = try Selection.list(session.client).first { $0.name == name }
            let words = service.map { "\($0.state): \(CleanText.of($0.reason))" } ?? "not there"
            switch service.flatMap({ StateLook(rawValue: $0.state) }) {
            case .ready: return
            case .held, .backoff, .looping: throw Failure(.failed, "\(name) does not get ready: \(words)")
            default: break
            }
            guard Clock.now < deadline else {
                let waited = TimeText.took(milliseconds: session.client.patience.seconds * 1000)
                throw Failure(.failed, "\(name) is not ready after \(waited): \(words) (--timeout waits longer)")
            }
            progress.show()
            if Poll.readable(interruption.raw, milliseconds: Self.pauseMilliseconds) {
                throw Failure(.failed, "interrupted while \(name) was not ready: \(words)")
            }
        }
    }

    /// Takes the file away, and starts the unit when hostd's service is gone.
    private func putBack(after failure: Failure) throws(Failure) {
        var troubles: [String] = []
        func attempt(_ step: () throws(Failure) -> Void) {
            do throws(Failure) { try step() } catch { troubles.append(error.text) }
        }
        attempt { () throws(Failure) in try file.remove() }
        attempt { () throws(Failure) in
            _ = try session.client.post(Target(["reload"]))
            try waitUntilGone()
        }
        // Sockets first: systemd starts none whose service runs.
        for words in found.states.reversed().flatMap(\.wayBack) {
            attempt { () throws(Failure) in try manager.act(words) }
        }
        let end =
            troubles.isEmpty
            ? "\(found.unit) is back as it was, and \(file.path) is gone"
            : "putting it back has failed too: \(troubles.joined(separator: "; "))"
        throw Failure(failure.code, "\(failure.text)\nhostctl: \(end)")
    }

    private func waitUntilGone() throws(Failure) {
        let deadline = Clock.now + Self.longestStop
        while try Selection.list(session.client).contains(where: { $0.name == name }) {
            guard Clock.now < deadline else { throw Failure(.failed, "\(name) does not stop") }
            session.out.pause(milliseconds: Self.pauseMilliseconds)
        }
    }

    private func say(_ line: String) {
        guard !session.wantsJSON else { return }
        session.out.line("$ " + line)
        session.out.flush()
    }
}
