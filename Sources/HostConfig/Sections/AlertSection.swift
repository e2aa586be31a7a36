// SPDX-License-Identifier: Apache-2.0

import HostCore

/// An alert while its keys are read.
struct AlertDraft: Hashable, Sendable {
    var name: String?
    var webhook: String?
    var format: AlertFormat = .json
    var mail: String?
    var smtp: String?
    var from: String?
    var command: [String]?
    var user: String?
    var passwordFile: String?
    var on: [AlertPattern] = []
    var quiet: Duration = .seconds(600)
}

/// `[[alert]]`
enum AlertSection {
    static let limit = 32
    /// Each alert has one of these.
    static let routes = ["webhook", "mail", "exec"]

    static let section = Section(
        "alert", empty: AlertDraft(), hint: "[[alert]], with two brackets, and its keys below it", exclusive: routes,
        keys: [
            Key(
                "name", .tag, \.name, change: .inPlace,
                "What `hostctl alert test` and status call it; its place among the alerts if not given."),
            Key(
                "webhook", .secretWebAddress, \.webhook, also: ["url", "http"], change: .inPlace,
                "Each message is a POST to this URL; it is a secret, and never shown whole."),
            Key(
                "format", .choice(), \.format, also: ["shape", "type"], change: .inPlace,
                "How the body of the POST looks: all fields, or what that service takes."),
            Key(
                "mail", .mailAddress, \.mail, also: ["to", "email"], change: .inPlace,
                "Who gets each message as a mail."),
            Key(
                "smtp", .mailServer, \.smtp, also: ["server", "smarthost"], change: .inPlace,
                "The server that takes the mail; `smtps://` for TLS from the start."),
            Key(
                "from", .mailAddress, \.from, also: ["sender"], change: .inPlace,
                "Who the mail is from; `hostd@` and the host's name if not given."),
            Key(
                "exec", .command, \.command, also: ["command", "run"], change: .inPlace,
                "Each message is a run of this command: JSON on stdin, HOSTD_ALERT_ variables, 30 s at most."),
            Key(
                "user", .account, \.user, also: ["username"], change: .inPlace,
                "With exec: who it runs as, hostd's own user if not given. With mail: who hostd is at the server."),
            Key(
                "password_file", .path, \.passwordFile, also: ["password"], change: .inPlace,
                "The file whose first line is the password of `user` at the mail server."),
            Key(
                "on", .list(of: .alertPattern, "patterns", atMost: 64), \.on, also: ["events", "when", "for"],
                change: .inPlace, "What it tells of: names of events, conditions with a level, `*` for a part."),
            Key(
                "quiet", .time(.zero...TimeText.day * 30), \.quiet, also: ["silence", "repeat", "cooldown"],
                change: .inPlace, "After an alert, the same cause is not told of again for so long."),
        ])
}
