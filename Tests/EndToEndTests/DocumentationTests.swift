// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

/// Each configuration that the documentation shows is one that hostd accepts.
@Suite struct DocumentationTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The blocks of a page that are marked as TOML.
    private static func examples(in page: String) throws -> [String] {
        try Files.readText("\(root)/docs/\(page)").split(separator: "```toml\n").dropFirst().map { part in
            String(part.split(separator: "```", maxSplits: 1).first ?? "")
        }
    }

    @Test(arguments: ["coming-from-systemd.md", "coming-from-supervisord.md", "coming-from-pm2.md"])
    func theExamplesOfAPageAreAccepted(page: String) throws {
        let examples = try Self.examples(in: page)
        #expect(!examples.isEmpty)
        for example in examples {
            let host = try HostUnderTest(example)
            let result = try host.run("hostd", ["--check", "--dir", host.dir])
            #expect(result.status == 0, "\(result.output)")
        }
    }
}
