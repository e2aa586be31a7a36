// SPDX-License-Identifier: Apache-2.0

import HostConfig
import Testing

/// Text that is no TOML, and files that are no text.
struct SyntaxTests {
    @Test(arguments: [
        (
            "a = 1\na = 2",
            "2:5: not valid TOML, in a key-value pair: cannot redefine existing integer 'a' (leave one out)"
        ),
        (
            "[service.a]\n[service.a]",
            "2:1: not valid TOML, in a table header: cannot redefine existing table 'service.a' "
                + "(put all its keys under one header)"
        ),
        (
            "user = agent",
            "1:8: not valid TOML, in a value: could not determine value type (a string is written in quotes)"
        ),
        (
            "x = { y = 10s }",
            "1:13: not valid TOML, in a decimal integer: expected digit, saw 's' "
                + "(a value with a unit is a string: write it in quotes)"
        ),
        ("x = yes", "1:5: not valid TOML, in a value: could not determine value type (write true)"),
        ("x = False", "1:5: not valid TOML, in a boolean: expected 'false', saw 'F' (write false)"),
        (
            "x = { y = 1,\n z = 2 }",
            "1:13: not valid TOML, in an inline table: expected key or closing '}', saw '\\n' "
                + "(a table in braces stands on one line; a longer one gets a [header] of its own)"
        ),
        ("x = { y = 1", "1:12: not valid TOML, in an inline table: encountered end-of-file (close it with })"),
        ("x = [1,\n2", "2:2: not valid TOML, in an array: encountered end-of-file (close it with ])"),
        ("[host", "1:6: not valid TOML, in a table header: encountered end-of-file (close it with ])"),
        (
            "x = \"y",
            "1:7: not valid TOML, in a string: encountered end-of-file (close it with the quotes that begin it)"
        ),
        (
            "x = \"y\nz = 1",
            "1:7: not valid TOML, in a string: unescaped control characters other than TAB (U+0009) are explicitly "
                + "prohibited (close the string on its line)"
        ),
        (
            "x = \"C:\\d\"",
            "1:9: not valid TOML, in a string: unknown escape sequence '\\d' "
                + "(write \\\\ for a backslash, or the string in single quotes)"
        ),
        ("x 1", "1:3: not valid TOML, in a key-value pair: expected '=', saw '1' (write key = value)"),
        ("x", "1:2: not valid TOML, in a key-value pair: encountered end-of-file (write key = value)"),
        (
            "x = 1 y = 2",
            "1:7: not valid TOML, in a key-value pair: expected a comment or whitespace, saw 'y' (begin a new line)"
        ),
        (
            "= 1",
            "1:1: not valid TOML, in a root table: expected keys, tables, whitespace or comments, saw '=' "
                + "(write key = value or [table])"
        ),
        (
            "x = 99999999999999999999",
            "1:25: not valid TOML, in a decimal integer: the number is not representable in 64 bits"
        ),
        (
            "\tä = 1",
            "1:2: not valid TOML, in a root table: expected keys, tables, whitespace or comments, saw 'ä' "
                + "(write key = value or [table])"
        ),
        (
            "x = \"äöü\" 1",
            "1:11: not valid TOML, in a key-value pair: expected a comment or whitespace, saw '1' (begin a new line)"
        ),
    ])
    func saysWhereAndWhatWouldBeRight(text: String, message: String) {
        #expect(errors(text) == ["hostd.toml:" + message])
    }

    @Test func endsItsFileOnly() {
        let files = [
            ("hostd.toml", "[service.a]\ncommand = [\"x\"]\nafter = [\"b\"]\n= broken"),
            ("conf.d/b.toml", "[host]\nlauncher = \"docker\""),
            ("conf.d/c.toml", "x = "),
        ]
        #expect(
            errors(files) == [
                "hostd.toml:4:1: not valid TOML, in a root table: expected keys, tables, whitespace or comments, "
                    + "saw '=' (write key = value or [table])",
                "conf.d/b.toml:2:12: host.launcher: \"docker\" is unknown (write \"auto\", \"direct\" or \"systemd\")",
                "conf.d/c.toml:1:5: not valid TOML, in a key-value pair: encountered end-of-file (write key = value)",
            ], "what may stand in a file that was not read to its end is not missed")
    }

    @Test func whatMayStandInABrokenFileIsNotMissed() {
        let files = [
            ("hostd.toml", "= broken"), ("conf.d/b.toml", "[service.a]\nafter = [\"b\"]\nlive = { interval = \"1s\" }"),
        ]
        #expect(errors(files).count == 1)
    }

    @Test(arguments: [
        ([0x61, 0x0A, 0x20, 0xC3, 0xA4, 0xFF], "2:3: byte 0xFF is not UTF-8 (save the file as UTF-8)"),
        ([0x23, 0xED, 0xA0, 0x80], "1:2: byte 0xED is not UTF-8 (save the file as UTF-8)"),
        ([0x23, 0xC3], "1:2: byte 0xC3 is not UTF-8 (save the file as UTF-8)"),
        ([0x23, 0x20, 0x00], "1:3: a NUL byte stands here (a text file has none)"),
        ([0xFF, 0xFE, 0x23, 0x00], "1:4: a NUL byte stands here (a text file has none)"),
    ])
    func bytesThatAreNoText(bytes: [UInt8], message: String) {
        guard case .failure(let errors) = ConfigurationReader.read([ConfigurationFile(path: "f", bytes: bytes)]) else {
            Issue.record("was read")
            return
        }
        #expect(errors.errors.map(\.description) == ["f:" + message])
    }

    @Test func aFileOfMoreThanAMebibyteIsRefusedAndOneOfAMebibyteIsNot() throws {
        let comment = "#" + String(repeating: "x", count: (1 << 20) - 1)
        #expect(try configuration([("f", comment)]) == HostConfiguration())
        #expect(errors([("f", comment + "x")]) == ["f:1:1: the file has more than 1048576 bytes (at most 1MiB)"])
    }

    @Test(arguments: [
        "a = " + String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        "a = " + String(repeating: "[", count: 500_000),
        "a = " + String(repeating: "{a=", count: 65) + "1" + String(repeating: "}", count: 65),
        "[" + Array(repeating: "a", count: 65).joined(separator: ".") + "]",
        Array(repeating: "a", count: 300_000).joined(separator: ".") + " = 1",
        "[" + Array(repeating: "\"a\"", count: 100_000).joined(separator: " . ") + "]",
        String(repeating: "[[" + Array(repeating: "a", count: 60).joined(separator: ".") + "]]\n", count: 100),
    ])
    func whatIsNestedTooDeeplyIsRefused(text: String) throws {
        let all = errors(text)
        #expect(all.count == 1)
        #expect(
            all.first?.hasSuffix("nested too deeply (at most 64 levels)") == true
                || all.first?.contains("unknown key") == true, "\(all)")
    }

    @Test func dotsInStringsAndCommentsAreNoDepth() throws {
        let dots = String(repeating: ".", count: 1000)
        let text = """
            # \(dots)
            [host]
            name = "\(dots)" # \(dots)
            [service.a]
            command = ['''\(dots)
            \(dots)''', '\(dots)', \"\"\"\(dots)\\\"\(dots)\"\"\", "\\"\(dots)"]
            """
        #expect(try configuration([("f", text)]).host.name == dots)
    }
}
