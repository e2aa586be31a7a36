// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl node install`
@Suite struct NodeInstallTests {
    private let host: MirroredHost
    private let release: NodeRelease
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        release = try NodeRelease.standIn(in: folder)
        host = try MirroredHost()
        try host.mirror.offer(release)
        try host.mirror.write(
            "index.json",
            """
            [{"version": "v24.1.0", "lts": false, "files": ["\(NodeRelease.platform)"]},
             {"version": "v22.100.0", "lts": "Jod", "files": ["headers"]},
             {"version": "v22.99.0", "lts": "Jod", "modules": "127", "files": ["headers", "\(NodeRelease.platform)"]},
             {"version": "v22.98.0", "lts": "Jod", "files": ["\(NodeRelease.platform)"]}]
            """.utf8)
    }

    @Test func aNodeIsInstalledOnceAndItIsSaidWhoVouches() throws {
        let first = try host.run("install", "22.99.0")
        #expect(first.code == 0, "\(first.err)")
        #expect(
            first.out == """
                v22.99.0 is installed: \(host.store)/v22.99.0/bin/node
                hostctl node pin 22.99.0 lets services run on it

                """)
        #expect(first.err.contains("only the mirror vouches for this"))
        #expect(first.err.contains("downloading \(release.archives[0])") && first.err.contains("100% of"))
        #expect(!first.err.contains("\u{1B}") && !first.err.contains("\r"))
        let requests = try host.mirror.requests().count
        let second = try host.run("install", "v22.99.0")
        #expect(second.out.hasPrefix("v22.99.0 is there already: ") && second.code == 0)
        #expect(try host.mirror.requests().count == requests)
    }

    @Test(arguments: ["22", "lts", "lts/jod", "22.99"]) func theNewestThatHasAnArchiveIsMeant(word: String) throws {
        let result = try host.run("install", word)
        #expect(result.code == 0 && result.out.hasPrefix("v22.99.0 is installed"), "\(result.err)")
    }

    @Test func withoutAWordTheConfigurationSaysWhatIsMeant() throws {
        let nothing = try host.run("install")
        #expect(nothing.code == ExitCode.usage.rawValue && nothing.err.contains("needs a NODE"), "\(nothing.err)")
        try host.configure(keys: "version = \".nvmrc\"")
        try Files.replace(host.folder.path + "/.nvmrc", with: "lts/jod\n".utf8)
        #expect(try host.run("install").out.hasPrefix("v22.99.0 is installed"))
    }

    @Test func anotherABIThanTheIndexSaysIsRefused() throws {
        try host.mirror.write(
            "index.json",
            "[{\"version\": \"v22.99.0\", \"modules\": \"128\", \"files\": [\"\(NodeRelease.platform)\"]}]".utf8)
        let result = try host.run("install", "22")
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(result.err.contains("bin/node has ABI 127 (the mirror's index says 128)"), "\(result.err)")
    }

    @Test func whatIsWrittenDownIsPrintedAsJSON() throws {
        let result = try host.run("install", "22", "--json")
        let json = try JSON(parsing: Array(result.out.utf8))
        #expect(json["version"] == "22.99.0" && json["abi"] == "127" && json["vouched_by"] == "mirror")
        #expect(json["path"]?.text == host.store + "/v22.99.0/bin/node")
        #expect(json["installed_now"] == .bool(true))
        #expect(json["archive_sha256"]?.text == (try release.hash(of: release.archives[0])))
    }

    @Test(arguments: [
        (["install", "20"], ExitCode.noSuchName, "has no Node \"20\" for this host"),
        (["install", "22.1.0"], .noSuchName, "there is no Node v22.1.0 at"),
        (["install", "nonsense"], .usage, "is no version of Node (like 22.12.0"),
        (["remove", "22"], .usage, "is no whole version of Node"),
        (["remove", "22.1.0"], .noSuchName, "v22.1.0 is not installed in"),
    ])
    func whatIsNotThereIsSaid(words: [String], code: ExitCode, text: String) throws {
        let result = try host.run(words[0], words[1])
        #expect(result.err.contains(text), "\(result.err)")
        #expect(result.code == code.rawValue)
        #expect(result.out.isEmpty)
    }

    @Test func onATerminalThereIsABar() throws {
        let result = try PseudoTerminal.run(
            ["node", "install", "22.99.0", "--dir", host.folder.path], columns: 100, environment: ["LANG": "C"])
        #expect(result.code == 0)
        #expect(result.out.contains("  \(String(repeating: "#", count: 24)) 100% of "), "\(result.out)")
        #expect(result.out.contains("\r\u{1B}[K"))
    }

    @Test func aMirrorIsReachedThroughTheProxyOfTheEnvironment() throws {
        try host.configure(mirror: "http://mirror.invalid/plain")
        let proxy = "http://127.0.0.1:\(host.mirror.port)"
        let result = try host.run("install", "22", environment: ["http_proxy": proxy])
        #expect(result.code == 0, "\(result.err)")
        #expect(try host.mirror.requests().allSatisfy { $0.hasSuffix(" proxied") })
    }

    @Test func noProxyIsHeeded() throws {
        let port = try TinyServer.closedPort()
        let variables = ["http_proxy": "http://127.0.0.1:\(port)"]
        #expect(try host.run("install", "22", environment: variables).code == ExitCode.failed.rawValue)
        let exempt = variables.merging(["no_proxy": "127.0.0.1"]) { $1 }
        #expect(try host.run("install", "22", environment: exempt).code == 0)
    }

    @Test func certificatesOfTheEnvironmentAreTrusted() throws {
        let (certificate, key) = try NodeMirror.makeCertificate(in: folder)
        let mirror = try NodeMirror(certificate: certificate, key: key)
        try mirror.offer(release)
        try host.configure(mirror: mirror.address())
        #expect(try host.run("install", "22.99.0").err.contains("certificate"))
        for name in ["SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
            #expect(try host.run("install", "22.99.0", environment: [name: certificate]).code == 0)
            #expect(try host.run("remove", "22.99.0").code == 0)
        }
    }

    @Test func aMirrorThatFallsSilentIsGivenUpAfterTheTimeout() throws {
        try host.configure(mirror: host.mirror.address("silent"))
        let result = try host.run("install", "22.99.0", "--timeout", "1s")
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(result.err.contains("the next run goes on"), "\(result.err)")
    }

    @Test func oneThatIsKilledIsGoneOnWithByTheNext() throws {
        try host.configure(mirror: host.mirror.address("silent"))
        let part = "\(host.store)/.work/\(release.archives[0]).part"
        do {
            // Killed when it goes out of scope.
            let running = try RunningHostctl(["node", "install", "22.99.0", "--dir", host.folder.path], at: nil)
            try waitUntil("a part of the archive", seconds: 60) { (try? Files.size(part)) ?? 0 > 100_000 }
            _ = running
        }
        let size = try Files.size(part)
        try host.configure()
        #expect(try host.run("install", "22.99.0").code == 0)
        #expect(try host.mirror.archiveRequests().last?.hasSuffix(" bytes=\(size)-") == true)
        #expect(try Files.list(host.store + "/.work") == ["lock"])
    }

    @Test func twoAtOnceDoNotMeet() throws {
        let words = ["node", "install", "22.99.0", "--dir", host.folder.path]
        let both = try [RunningHostctl(words, at: nil), RunningHostctl(words, at: nil)]
        for running in both { #expect(try running.wait(seconds: 300) == 0) }
        let texts = try both.map { try $0.output() }
        #expect(texts.count { $0.hasPrefix("v22.99.0 is installed: ") } == 1)
        #expect(texts.count { $0.hasPrefix("v22.99.0 is there already: ") } == 1)
        #expect(try host.mirror.archiveRequests().count == 1)
    }

    @Test func aBadConfigurationIsSaid() throws {
        try host.configure(keys: "mirorr = \"x\"")
        let result = try host.run("install", "22")
        #expect(result.code == ExitCode.badFile.rawValue)
        #expect(result.out.contains("hostd.toml:3:1"), "\(result.out)")
    }

    @Test(.enabled(if: getuid() == 0, "mounting needs root"), arguments: ["500k", "1500k"])
    func aDiskThatIsFullIsSaidAndLeftAsItWas(size: String) throws {
        // The archive has about 1 MB, and its Node takes as much again.
        let script = """
            mkdir -m 700 "$1/state" && mount -t tmpfs -o size=$2,mode=700 none "$1/state" || exit 99
            "$3" node install 22.99.0 --dir "$1"; code=$?
            ls -A "$1/state/node"; exit $code
            """
        let result = try Shell.run(
            "exec unshare -m sh -c '\(script)' sh \"$@\"", [host.folder.path, size, Programs.path("hostctl")])
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(result.err.contains("no room"), "\(result.err)")
        #expect(result.out == ".work\n")
    }

    @Test(.enabled(if: getuid() == 0, "changing user needs root"))
    func withoutTheRightToWriteTheStoreNothingIsDone() throws {
        try Files.makeFolder(host.folder.path + "/state", mode: 0o755)
        try Files.setMode(host.folder.path, 0o755)
        try Files.setMode(host.folder.path + "/hostd.toml", 0o644)
        let words = ["node", "install", "22.99.0", "--dir", host.folder.path]
        let result = try Shell.run(
            "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"", [Programs.path("hostctl")] + words)
        #expect(result.code == ExitCode.notPermitted.rawValue, "\(result.err)")
        #expect(result.err.contains(host.store))
    }
}
