// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// Values of environment variables stand in no message, whatever is wrong with them.
struct SecretsTests {
    private static let secret = "sk-SECRET-7f3a"

    @Test(arguments: [
        "env = { TOKEN = \(secret) }", "env.TOKEN = \(secret)", "env.TOKEN = \"\(secret)", "env.TOKEN = '\(secret)",
        "env.TOKEN = \"\(secret)\\q\"", "env.TOKEN = \"\"\"\n\(secret)=\(secret)\\q\n\"\"\"",
        "env.TOKEN = \"\"\"\n\(secret) = \(secret)", "env.TOKEN = [\"\(secret)\"]", "env.TOKEN = { a = \"\(secret)\" }",
        "env.TOKEN = {\(secret)}", "env.TOKEN = [\(secret)]", "env.TOKEN = \"x\"\(secret)", "env.TOKEN \(secret)",
        "env = \"TOKEN=\(secret)\"", "env = [\"TOKEN=\(secret)\"]", "env.TOKEN = \"\(secret)\\u0000\"",
        "env.TOKEN = \"${\(secret)}\"", "env.TOKEN = \"${\(secret)\"", "env.TOKEN = true\(secret)",
        "enviroment = { TOKEN = \"\(secret)\" }", "env.HOSTD_SERVICE = \"\(secret)\"",
        "env.\"A=B\" = \"\(secret)\"", "env.TOKEN = \"\(secret)\"\nenv.TOKEN = \"\(secret)\"",
        "env.TOKEN = \"\\U\(secret)\"", "env.TOKEN = +\(secret)", "env.TOKEN = 2026-\(secret)",
    ])
    func noMessageShowsTheValue(line: String) {
        let all = errors("[service.a]\ncommand = [\"x\"]\n" + line)
        #expect(!all.isEmpty)
        #expect(all.allSatisfy { !$0.contains("SECRET") && !$0.contains("7f3a") }, "\(all)")
    }

    @Test(arguments: ["99999999999999999999", "1234567890123456789", "1e999", "3.14159265", "0xDEADBEEFDEADBEEFDEAD"])
    func noMessageShowsANumber(number: String) {
        for line in ["env.TOKEN = \(number)", "env = { TOKEN = \(number)x }"] {
            let all = errors("[service.a]\ncommand = [\"x\"]\n" + line)
            #expect(!all.isEmpty)
            #expect(all.allSatisfy { !$0.contains(number) && !$0.contains("DEADBEEF") }, "\(all)")
        }
    }

    @Test(arguments: [
        "headers = \"\(secret)\"", "headers = [\"\(secret)\"]", "headers = { A = [\"\(secret)\"] }",
        "headers = { A = \"\(secret)\\n\" }", "headers = { \"A B\" = \"\(secret)\" }",
        "headers = { A = \"${\(secret)}\" }",
        "headers = { Content-Length = \"\(secret)\" }", "headers = { A = \"\(secret)\", A = \"\(secret)\" }",
        "header = { A = \"\(secret)\" }",
    ])
    func noMessageShowsTheValueOfAHeader(line: String) {
        let all = errors("[service.a]\ncommand = [\"x\"]\n[service.a.live]\nhttp = \"http://x/\"\n" + line)
        #expect(!all.isEmpty)
        #expect(all.allSatisfy { !$0.contains("SECRET") && !$0.contains("7f3a") }, "\(all)")
    }

    @Test func theReferenceShowsNamesAlone() throws {
        let keys = ConfigurationReference.keys.filter { $0.path == "service.NAME.env" }
        #expect(keys.map(\.value) == ["{}"])
    }
}
