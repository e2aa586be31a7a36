// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig

/// Which preset is for a command.
enum PresetFit {
    private static let runners: Set = ["node", "nodejs", "bun", "deno", "npx", "python", "python3", "env", "uv", "uvx"]

    /// The preset whose program `words` run, for a unit of that name.
    static func of(_ words: [String], unit: String, among known: [KnownProgram] = KnownProgram.all) -> KnownProgram? {
        known.first { fits($0, words, unit) }
    }

    private static func fits(_ known: KnownProgram, _ words: [String], _ unit: String) -> Bool {
        guard let program = known.command.first, let first = words.first else { return false }
        let name = baseName(program)
        // What tells the gateway from the other things that a program does.
        let actions = known.command.dropFirst().prefix { !$0.hasPrefix("-") }
        let arguments = words.dropFirst().filter { !$0.hasPrefix("-") }
        let hasActions = actions.allSatisfy { action in arguments.contains(action) }
        guard hasActions else { return false }
        if baseName(first) == name { return true }
        if !actions.isEmpty, known.nativeUnits.contains(where: { fnmatch($0, unit, 0) == 0 }) { return true }
        // `node /usr/lib/node_modules/openclaw/dist/index.js gateway`
        let isRunner = runners.contains(baseName(first)) || baseName(first).hasPrefix("python3.")
        return isRunner
            && arguments.contains { argument in
                argument == name
                    || argument.contains("/")
                        && argument.split(separator: "/").contains { $0 == name || $0.hasPrefix(name + ".") }
            }
    }

    private static func baseName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// Whether what a command listens at can be reached at 127.0.0.1, for all that it is told.
    static func isOnLoopback(_ words: [String]) -> Bool {
        let reached: Set = ["127.0.0.1", "0.0.0.0", "::", "[::]", "localhost"]
        return ["--host", "--bind", "--address", "--listen"].compactMap { value(of: $0, in: words) }
            .allSatisfy { reached.contains($0) }
    }

    /// The port that a command is told: `--port 18789`, `--port=18789`.
    static func port(in words: [String]) -> UInt16? {
        value(of: "--port", in: words).flatMap { UInt16($0) }.flatMap { $0 == 0 ? nil : $0 }
    }

    private static func value(of option: String, in words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            if word.hasPrefix(option + "=") { return String(word.dropFirst(option.count + 1)) }
            if word == option, index + 1 < words.count { return words[index + 1] }
        }
        return nil
    }
}
