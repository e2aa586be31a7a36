// SPDX-License-Identifier: Apache-2.0

import Testing

/// A file is one idea, a function one thought, and both fit on a screen.
struct SizeTests {
    private static let fileLimit = 400
    private static let functionLimit = 70
    private static let columnLimit = 120

    @Test func everyFileSaysItsLicence() {
        let places = Repository.files.filter { file in
            let first = file.path == "Package.swift" ? file.lines.dropFirst().first : file.lines.first
            return first?.contains("SPDX-License-Identifier: Apache-2.0") != true
        }
        #expect(places.map(\.path).isEmpty)
    }

    @Test func noFileIsLongerThan400Lines() {
        let long = Repository.files.filter { $0.lines.count > Self.fileLimit + 1 }
        #expect(long.map { "\($0.path) has \($0.lines.count - 1)" }.isEmpty)
    }

    @Test func noLineIsLongerThan120Columns() {
        let places = Repository.files.flatMap { file in
            file.lines.enumerated().filter { $0.element.count > Self.columnLimit }
                .map { "\(file.path):\($0.offset + 1) has \($0.element.count)" }
        }
        #expect(places.isEmpty)
    }

    @Test func noFunctionIsLongerThan70Lines() {
        let long = Repository.files.flatMap { file in
            (file.isSwift ? SwiftFunctions.all(in: file.code) : CFunctions.all(in: file.lines))
                .filter { $0.lineCount > Self.functionLimit }
                .map { "\(file.path):\($0.line) has \($0.lineCount)" }
        }
        #expect(long.isEmpty)
    }

    @Test func theFunctionsAreFound() {
        let code = """
            struct A {
                func one(
                    x: Int
                ) -> Int {
                    return x
                }
                init() { two() }
            }
            protocol P {
                func required()
                func two() -> Int
            }
            """
        let found = SwiftFunctions.all(in: code.split(separator: "\n").map(String.init))
        #expect(found.map(\.line) == [2, 7])
        #expect(found.map(\.lineCount) == [5, 1])
    }
}

/// Where a function begins, and how long it is.
struct FunctionSize {
    /// From 1.
    let line: Int
    let lineCount: Int
}

enum SwiftFunctions {
    /// The functions with a body in lines of code without comments and strings.
    static func all(in code: [String]) -> [FunctionSize] {
        code.indices.compactMap { line in
            guard declares(code[line][...]), let end = end(of: line, in: code) else { return nil }
            return FunctionSize(line: line + 1, lineCount: end - line + 1)
        }
    }

    private static func declares(_ line: Substring) -> Bool {
        if line.has(word: "func") || line.has(word: "deinit") || line.has(word: "subscript") { return true }
        return line.calls("init") || line.calls("init?")
    }

    /// The line of the brace that closes the body; nil when there is no body.
    private static func end(of start: Int, in code: [String]) -> Int? {
        var parentheses = 0
        var braces = 0
        for line in start..<code.count {
            if braces == 0, parentheses == 0, line > start, declares(code[line][...]) { return nil }
            for character in code[line] {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where parentheses == 0 || braces > 0: braces += 1
                case "}":
                    // The end of a protocol comes before any body.
                    if braces == 0, parentheses == 0 { return nil }
                    if braces > 0 { braces -= 1 }
                    if braces == 0, parentheses == 0 { return line }
                default: break
                }
            }
        }
        return nil
    }
}

enum CFunctions {
    /// The functions of C in the usual layout: the head begins and the last brace stands in the first column.
    static func all(in lines: [String]) -> [FunctionSize] {
        var functions: [FunctionSize] = []
        var start: Int?
        for (number, line) in lines.enumerated() {
            if start == nil, let first = line.first, first.isLetter, line.contains("("), !line.hasSuffix(";") {
                start = number
            } else if line.hasPrefix("}"), let begin = start {
                functions.append(FunctionSize(line: begin + 1, lineCount: number - begin + 1))
                start = nil
            }
        }
        return functions
    }
}
