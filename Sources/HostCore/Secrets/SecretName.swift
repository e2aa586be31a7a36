// SPDX-License-Identifier: Apache-2.0

/// Which names are those of secrets: of variables, and of what stands before `=` or `:`.
enum SecretName {
    private static let words: Set = [
        "token", "secret", "secrets", "password", "passwd", "pwd", "passphrase", "apikey", "credential", "credentials",
        "authorization", "cookie", "authtoken", "accesstoken", "clientsecret",
    ]
    /// Words that make a secret of the `key` behind them.
    private static let beforeKey: Set = [
        "api", "access", "secret", "private", "encryption", "signing", "auth", "service", "master", "account",
    ]
    /// At the end of a variable's name.
    private static let endsOfVariables: Set = ["key", "pass", "auth", "dsn", "pat"]

    /// Whether a variable of an environment holds a secret.
    static func isSecret(variable name: String) -> Bool {
        let parts = parts(of: Array(name.utf8))
        return isSecret(parts) || parts.last.map(endsOfVariables.contains) ?? false
    }

    /// Whether a key in a line of output stands before a secret.
    static func isSecret(key name: ArraySlice<UInt8>) -> Bool { isSecret(parts(of: Array(name))) }

    private static func isSecret(_ parts: [String]) -> Bool {
        for (index, part) in parts.enumerated() {
            if words.contains(part) { return true }
            if part == "key", index > 0, beforeKey.contains(parts[index - 1]) { return true }
        }
        return false
    }

    /// `["openai", "api", "key"]` of OPENAI_API_KEY and of openaiApiKey.
    private static func parts(of name: [UInt8]) -> [String] {
        var parts: [String] = []
        var part: [UInt8] = []
        var wasSmall = false
        for byte in name {
            let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            let isSeparator = "_-.".utf8.contains(byte)
            if isSeparator || isCapital && wasSmall {
                if !part.isEmpty { parts.append(String(decoding: part, as: UTF8.self)) }
                part = []
            }
            if !isSeparator { part.append(isCapital ? byte | 0x20 : byte) }
            wasSmall = !isCapital && !isSeparator
        }
        if !part.isEmpty { parts.append(String(decoding: part, as: UTF8.self)) }
        return parts
    }
}
