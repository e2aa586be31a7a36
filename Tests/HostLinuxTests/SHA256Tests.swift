// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

struct SHA256Tests {
    /// FIPS 180-4's own examples, and lengths around the ends of blocks as sha256sum(1) has them.
    @Test(arguments: [
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func theExamplesOfTheStandardHold(_ text: String, _ times: Int, _ digest: String) throws {
        let bytes = Array(String(repeating: text, count: times).utf8)
        #expect(SHA256.hex(of: bytes) == digest)
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"
        try Files.replace(path, with: bytes)
        #expect(try SHA256.hex(of: Descriptor(opening: path, Descriptor.readingOnly)) == digest)
    }

    @Test func everyLengthAroundABlockAgreesWithSha256sum() throws {
        let folder = try TemporaryFolder()
        let paths = try (50...140).map { length in
            let path = "\(folder.path)/\(length)"
            try Files.replace(path, with: (0..<length).map { UInt8($0) })
            return path
        }
        let answer = try BriefCommand("/usr/bin/sha256sum", paths, environment: []).run(
            within: .seconds(60), limitBytes: 1 << 20)
        let lines = String(decoding: answer.output, as: UTF8.self).split(separator: "\n").map { $0.prefix(64) }
        let own = try paths.map { try SHA256.hex(of: Descriptor(opening: $0, Descriptor.readingOnly)) }
        #expect(own == lines.map(String.init))
    }
}
