// SPDX-License-Identifier: Apache-2.0

/// `[models]`: where the policy comes from when it is not the file beside hostd.toml, and who vouches for it.
public struct ModelSourceSettings: Equatable, Sendable {
    /// Where it is fetched from; nil: models.toml beside hostd.toml is the policy.
    public var url: String?
    /// From one question to the next while all is well.
    public var interval: Duration
    /// For one answer, and once more for the signature.
    public var timeout: Duration
    /// The SHA-256 that it must have, in small letters; nil: any.
    public var sha256: String?
    /// Where its detached OpenPGP signature is; nil: only the server vouches for it.
    public var signature: String?
    /// The keys of those who may sign it, in gpg's binary form.
    public var keyring: String?
    /// The file whose first line is sent as a bearer token; nil: none is.
    public var keyFile: String?

    /// The settings; the defaults are those of the configuration.
    public init(
        url: String? = nil, interval: Duration = .seconds(300), timeout: Duration = .seconds(30),
        sha256: String? = nil, signature: String? = nil, keyring: String? = nil, keyFile: String? = nil
    ) {
        self.url = url
        self.interval = interval
        self.timeout = timeout
        self.sha256 = sha256
        self.signature = signature
        self.keyring = keyring
        self.keyFile = keyFile
    }
}
