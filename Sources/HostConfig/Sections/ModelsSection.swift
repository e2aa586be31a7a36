// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[models]`
enum ModelsSection {
    static let section = Section(
        "models", empty: ModelSourceSettings(),
        keys: [
            Key(
                "url", .sourceAddress, \.url, also: ["source", "http", "https"], change: .inPlace,
                "The policy is fetched from here instead of read from models.toml beside this file."),
            Key(
                "interval", .time(.seconds(60)...TimeText.day), \.interval, also: ["period", "every"],
                change: .inPlace, "From one question to the next; a policy that has not changed is not sent again."),
            Key(
                "timeout", .time(.seconds(1)...(.seconds(600))), \.timeout, change: .inPlace,
                "An answer that is not complete after this time counts for nothing."),
            Key(
                "sha256", .sha256, \.sha256, also: ["checksum", "hash"], change: .inPlace,
                "The SHA-256 that the policy must have: whoever sends it, it must be this."),
            Key(
                "signature", .sourceAddress, \.signature, also: ["sig"], change: .inPlace,
                "Where its detached OpenPGP signature is; a policy without a good one is not taken."),
            Key(
                "keyring", .path, \.keyring, also: ["keys"], change: .inPlace,
                "The keys of those who may sign it, as `gpg --export` writes them."),
            Key(
                "key_file", .path, \.keyFile, also: ["key", "token_file"], change: .inPlace,
                "The file whose first line is sent as a bearer token, with the policy's request and the signature's."),
        ])

    /// What must hold between the keys.
    static func check(_ settings: ModelSourceSettings, _ checking: inout Checking) {
        if settings.url == nil {
            for (key, isThere) in [
                ("sha256", settings.sha256 != nil), ("signature", settings.signature != nil),
                ("keyring", settings.keyring != nil), ("key_file", settings.keyFile != nil),
            ] where isThere {
                checking.report(path: "models.\(key)", "goes with url, which is not here (give url too)")
            }
            return
        }
        if settings.signature != nil, settings.keyring == nil {
            checking.report(path: "models.signature", "nobody may sign (give keyring too)")
        } else if settings.keyring != nil, settings.signature == nil {
            checking.report(path: "models.keyring", "there is no signature to check (give signature too)")
        }
    }
}

extension ValueType<String> {
    private static let sourceHint = "a URL, like \"https://config.example.com/models.toml\""

    /// Where something comes from that hostd goes by: over https, so that nobody on the way can change it.
    static let sourceAddress = ValueType(
        "URL", hint: sourceHint,
        read: { node, checking in
            guard let text = Interpolation.text(node, hint: sourceHint, &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in
                try WebAddress.check(text)
                guard text.lowercased().hasPrefix("https://") || WebAddress.isOfThisHost(text) else {
                    throw ValueError(
                        message: "\(quoted(text)) can be changed on its way (write https; http is for 127.0.0.1, "
                            + "[::1] and localhost)")
                }
                return text
            }
        }, show: tomlString)
}
