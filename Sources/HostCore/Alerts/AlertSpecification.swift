// SPDX-License-Identifier: Apache-2.0

/// One `[[alert]]`: where it goes, what it tells of.
public struct AlertSpecification: Hashable, Sendable {
    /// Where it goes.
    public enum Target: Hashable, Sendable {
        /// A POST to this URL, which may be a secret as a whole.
        case webhook(url: String, format: AlertFormat)
        /// A mail.
        case mail(AlertMail)
        /// A command, run as this user; nil: as hostd's own.
        case exec([String], user: String?)
    }

    /// Its name, or `webhook 1`, `mail 2` by its place in the files.
    public var name: String
    /// What its queue is kept under: the same as long as name or target are.
    public var key: String
    /// Where it goes.
    public var target: Target
    /// What it tells of.
    public var on: [AlertPattern]
    /// After an alert, its cause is not told of again for so long.
    public var quiet: Duration

    /// An alert.
    public init(name: String, key: String, target: Target, on: [AlertPattern], quiet: Duration) {
        self.name = name
        self.key = key
        self.target = target
        self.on = on
        self.quiet = quiet
    }

    /// Where it goes, without what may be a secret: `webhook https://hooks.example.com/…`.
    public var place: String {
        switch target {
        case .webhook(let url, _): "webhook \(Self.masked(url))"
        case .mail(let mail): "mail to \(mail.to) by \(mail.server)"
        case .exec(let command, _): "exec \(command.first ?? "")"
        }
    }

    /// A URL of which only scheme, host and port are shown.
    public static func masked(_ url: String) -> String {
        let scheme = url.prefix { $0 != ":" }
        let rest = url.dropFirst(scheme.count + 3)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return "\(scheme)://\(host.split(separator: "@").last ?? host)" + (host.count < rest.count ? "/…" : "")
    }

    func matches(_ occasion: AlertOccasion) -> Bool { on.contains { $0.matches(occasion) } }

    func names(_ occasion: AlertOccasion) -> Bool { on.contains { $0.names(occasion) } }
}

/// A mail's way.
public struct AlertMail: Hashable, Sendable {
    /// Who gets it.
    public var to: String
    /// Who it is from; nil: `hostd@` and the host's name.
    public var from: String?
    /// `smtp://HOST:PORT` or `smtps://HOST:PORT`.
    public var server: String
    /// The user at the server; nil: it asks for none.
    public var user: String?
    /// The file that has the user's password in its first line.
    public var passwordFile: String?

    /// A mail to `to` by way of `server`.
    public init(
        to: String, from: String? = nil, server: String, user: String? = nil, passwordFile: String? = nil
    ) {
        self.to = to
        self.from = from
        self.server = server
        self.user = user
        self.passwordFile = passwordFile
    }
}
