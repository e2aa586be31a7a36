// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl signal NAME… SIGNAL`
enum SignalVerb {
    static let verb = Verb(
        name: "signal", operands: [.services, .signal],
        summary: "send a signal to the main process of services",
        details: [
            "SIGNAL is a name with or without SIG, in any case, or a number. It goes to the main process alone, not to "
                + "its children. What the service makes of it is its own affair: one that ends by it is restarted as "
                + "after any other end (hostctl stop keeps it down). \(Selector.help)",
            ActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl signal gateway HUP",
            "gateway: SIGHUP to pid 4242, asked for by uid 0",
        ],
        examples: [
            .init("hostctl signal gateway HUP", "what many programs take as: read your files again"),
            .init("hostctl signal 'worker@*' SIGUSR2", "all instances of worker"),
        ],
        exitCodes: [
            .failed: "a service has no process", .noSuchName: "there is no service of that name",
        ],
        run: { session throws(Failure) in
            let words = session.request.words
            guard let text = words.last else { return .usage }
            guard let number = SignalName.number(text.uppercased()) else {
                let isTurnedRound = words.first.flatMap { SignalName.number($0.uppercased()) } != nil
                let hint =
                    isTurnedRound
                    ? "it stands last: hostctl signal \(CleanText.of(text)) \(words[0])"
                    : Nearest.toSignal(text).map { "did you mean \($0)?" } ?? "like HUP, SIGTERM or 15"
                throw .usage("\"\(CleanText.of(text))\" is no signal (\(hint))")
            }
            let name = SignalName.text(number)
            return try ActionRun.run(
                "signal", session, on: words.dropLast(),
                query: [("signal", name.hasPrefix("SIG") ? name : "\(number)")])
        })
}
