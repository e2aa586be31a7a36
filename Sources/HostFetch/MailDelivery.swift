// SPDX-License-Identifier: Apache-2.0

internal import CCurl

/// What a request carries.
nonisolated enum FetchContent {
    /// Nothing: a GET.
    case none
    /// A POST of these bytes.
    case post([UInt8])
    /// A mail.
    case mail(MailDelivery)
}

/// One mail on its way to a server.
public nonisolated struct MailDelivery: Hashable, Sendable {
    /// `smtp://HOST:PORT/OWN-NAME` or `smtps://…`.
    public var url: String
    /// The sender's address.
    public var from: String
    /// The recipient's address.
    public var to: String
    /// Who we are at the server, where it asks.
    public var credentials: (user: String, password: String)? {
        get { user.map { ($0, password ?? "") } }
        set {
            user = newValue?.user
            password = newValue?.password
        }
    }
    /// Head and body, lines ending with CRLF.
    public var content: [UInt8]
    private var user: String?
    private var password: String?

    /// A mail without credentials.
    public init(url: String, from: String, to: String, content: [UInt8]) {
        self.url = url
        self.from = from
        self.to = to
        self.content = content
    }

    /// A password is only shown to a server that proves who it is, or to this host itself. A mail without one goes as
    /// mails go between servers: encrypted where the other side can, whoever that is.
    private var isTrustworthyAsIs: Bool {
        guard user != nil else { return true }
        guard let host = HostPart(url: url) else { return false }
        return host.name == "localhost" || host.name.hasPrefix("127.") || host.name == "::1"
    }

    func add(to easy: OpaquePointer) -> Bool {
        withOptionalCString(user) { user in
            withOptionalCString(password) { password in
                from.withCString { from in
                    to.withCString { to in
                        content.withUnsafeBytes { bytes in
                            var mail = ccurl_mail(
                                from: from, to: to, user: user, password: password, content: bytes.baseAddress,
                                length: bytes.count, needs_tls: !isTrustworthyAsIs,
                                checks_certificate: !isTrustworthyAsIs)
                            return ccurl_easy_mail(easy, &mail)
                        }
                    }
                }
            }
        }
    }
}

private nonisolated func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
