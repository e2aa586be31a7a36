// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl alert test [ALERT]`
enum AlertVerb {
    static let verb = Verb(
        name: "alert",
        operands: [Operand(kind: .oneOf(["test"]), counts: 1...1), Operand(kind: .alert, counts: 0...1)],
        summary: "send a test by each alert, and say what came of it",
        details: [
            "hostd sends one message by each [[alert]] of its configuration, or by the one that is named: by its name, "
                + "or by its number in the files, from 1. It goes past what waits there, and says test, so that nobody "
                + "is woken by it. What comes of it is told as the other side says it; secrets in URLs are hidden.",
            "--json prints {\"ok\", \"alerts\": [{\"name\", \"place\", \"ok\", \"reason\", \"duration_ms\"}]}.",
        ],
        sample: [
            "$ hostctl alert test",
            "ops: webhook https://hooks.example.com/…: delivered in 180 ms",
            "2: mail to ops@example.com by smtp://mail.example.com:25: failed: no connection in 15 s",
        ],
        examples: [
            .init("hostctl alert test", "whether all alerts arrive"),
            .init("hostctl alert test ops", "whether that one does"),
        ],
        exitCodes: [
            .failed: "a message did not arrive, or no alert is configured", .noSuchName: "there is no such alert",
        ],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let words = session.request.words
            guard words.first == "test" else {
                throw .usage("\"\(words.first ?? "")\" is nothing that alert does (test)")
            }
            let name = words.count > 1 ? words[1] : nil
            let target = Target(["alerts", "test"], [("name", name)])
            guard let answer = try session.client.post(target) else {
                throw Failure(.failed, "hostd is still at it")
            }
            let test = try session.client.read(answer.json, as: AlertTest.init(json:))
            if session.wantsJSON {
                session.out.json(answer.bytes)
            } else {
                session.out.lines(test.alerts.map { line($0, session.style) })
            }
            session.out.flush()
            if test.alerts.isEmpty { session.complain("no [[alert]] is configured") }
            return test.ok && !test.alerts.isEmpty ? .fine : .failed
        })

    private static func line(_ result: AlertTest.Result, _ style: Style) -> String {
        let head = "\(CleanText.of(result.name)): \(CleanText.of(result.place)): "
        if result.ok {
            return head + style.paint("delivered", .good) + " in \(Int(result.durationMilliseconds.rounded())) ms"
        }
        return head + style.paint("failed", .bad) + ": \(CleanText.of(result.reason))"
    }
}
