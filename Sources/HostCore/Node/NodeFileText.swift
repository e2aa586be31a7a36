// SPDX-License-Identifier: Apache-2.0

/// What the files of other version managers say. package.json is JSON, and read where JSON is.
public enum NodeFileText {
    /// Why a file says nothing, in words.
    public struct Wrong: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, and what would be right in parentheses.
        public let description: String

        /// An error that says `description`.
        public init(_ description: String) {
            self.description = description
        }
    }

    /// What the text of the file `name` (.nvmrc, .node-version or .tool-versions) says.
    public static func specification(in text: String, of name: String) throws(Wrong) -> NodeSpecification {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.prefix { $0 != "#" } }
            .map { $0.split(whereSeparator: \.isWhitespace) }.filter { !$0.isEmpty }
        switch name {
        case ".tool-versions":
            guard let line = lines.first(where: { $0[0] == "nodejs" || $0[0] == "node" }), line.count > 1 else {
                throw Wrong("has no line for nodejs (write one like \"nodejs 22.12.0\")")
            }
            return try read(line[1])
        case ".nvmrc":
            // nvm takes settings beside the version: name=value.
            let words = lines.filter { !$0[0].contains("=") }
            guard words.count == 1, words[0].count == 1 else {
                throw Wrong("has \(words.count) lines with a version (write exactly one, like 22.12.0)")
            }
            return try read(words[0][0])
        default:
            guard let word = lines.first?.first else { throw Wrong("is empty (write a version, like 22.12.0)") }
            return try read(word)
        }
    }

    private static func read(_ word: Substring) throws(Wrong) -> NodeSpecification {
        var version = word
        for prefix in ["node-", "node/"] where version.hasPrefix(prefix) { version = version.dropFirst(prefix.count) }
        if let specification = NodeSpecification(version: String(version)) { return specification }
        throw Wrong("says \"\(word)\" (hostd reads 22.12.0, 22.12, 22, lts and lts/jod)")
    }
}
