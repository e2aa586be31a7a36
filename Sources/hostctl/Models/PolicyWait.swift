// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Waits until all targets have a generation, and says of each when it has.
struct PolicyWait {
    private static let pauseMilliseconds: Int32 = 100
    /// Of a hostd that does not answer this soon nothing is known for the moment.
    private static let lookPatience: Duration = .seconds(5)

    let session: Session
    /// The generation that is waited for.
    let generation: Int64

    /// Says how each ends; false when one does not get there in time.
    func run() throws(Failure) -> Bool {
        let start = Clock.now
        let progress = ProgressLine(session, of: [])
        var client = session.client
        client.patience = min(client.patience, Self.lookPatience)
        var said: Set<String> = []
        while true {
            let answer = try client.get(.models)
            let status = try client.read(answer.json, as: ModelsStatus.init(json:))
            let isIn = Int64(clamping: status.policy.generation ?? 0) >= generation
            let has = { (target: ModelsStatus.TargetStatus) in
                (target.generation ?? 0) >= generation || (isIn && target.ok)
            }
            let open = status.targets.filter { !has($0) }
            for target in status.targets where has(target) && said.insert(target.name).inserted {
                progress.clear()
                say(target)
            }
            let isLate = Clock.now - start >= session.client.patience
            if (isIn && open.isEmpty) || isLate {
                progress.clear()
                if session.wantsJSON { session.out.json(answer.bytes) }
                for target in open { complain(target) }
                if !isIn { session.complain("generation \(generation) is not in force after \(waited)\(goesOn)") }
                return isIn && open.isEmpty
            }
            progress.show(Self.text(open))
            session.out.pause(milliseconds: Self.pauseMilliseconds)
        }
    }

    private static func text(_ open: [ModelsStatus.TargetStatus]) -> String {
        guard let first = open.first else { return "not in force yet" }
        let why = first.reason.isEmpty ? "" : ": \(first.reason)"
        return open.count == 1 ? "\(first.name) does not have it yet\(why)" : "\(open.count) targets do not have it yet"
    }

    private func say(_ target: ModelsStatus.TargetStatus) {
        guard !session.wantsJSON else { return }
        session.out.line("\(CleanText.of(target.name)): generation \(target.generation ?? generation)")
        session.out.flush()
    }

    private func complain(_ target: ModelsStatus.TargetStatus) {
        let has = target.generation.map { "still generation \($0)" } ?? "no generation yet"
        let why = target.reason.isEmpty ? "" : ": \(CleanText.of(target.reason))"
        session.sayError("\(CleanText.of(target.name)): \(has) after \(waited)\(why)\(goesOn)")
    }

    private var waited: String { TimeText.took(milliseconds: session.client.patience.seconds * 1000) }

    private var goesOn: String {
        " (hostd goes on; hostctl model show says how far it is, --timeout waits longer)"
    }
}
