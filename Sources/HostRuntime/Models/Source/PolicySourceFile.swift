// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// The policy that came over the network, as it is kept: the file itself, and beside it under which ETag it came, when,
/// and what vouched for it. All of it blocks: for the Worker.
nonisolated struct PolicySourceFile: Sendable {
    /// What was kept.
    struct Kept: Sendable {
        /// Of what is kept; nil when nothing is, or others vouched for it.
        var known: PolicySourceMachine.Known?
        /// The settings that vouch, in one word.
        var vouchers: String
    }

    /// Why something cannot be used.
    struct Complaint: Error, Sendable, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// The file.
    var path: String { folder + "/source.toml" }

    private let folder: String
    private var record: String { folder + "/source.json" }
    private var workFolder: String { folder + "/source.check" }

    private static let keyLimitBytes = 4096
    private static let keyringLimitBytes = 16 << 20

    init(folder: String) {
        self.folder = folder
    }

    /// What is kept, as far as it was vouched for as `settings` want it.
    func read(for settings: ModelSourceSettings) -> Kept {
        try? Files.makeFolder(folder, mode: 0o700)
        let vouchers = Self.vouchers(of: settings)
        guard let text = try? Files.read(record, limit: 65536), let json = try? JSON(parsing: text),
            json["url"]?.text == settings.url, json["vouchers"]?.text == vouchers, let digest = json["sha256"]?.text,
            let bytes = try? Files.read(path, limit: ConfigurationFile.sizeLimit), SHA256.hex(of: bytes) == digest
        else { return Kept(known: nil, vouchers: vouchers) }
        return Kept(known: .init(etag: json["etag"]?.text, digest: digest), vouchers: vouchers)
    }

    /// Another hash, signature or set of keys has to vouch anew.
    private static func vouchers(of settings: ModelSourceSettings) -> String {
        let keys = settings.keyring.flatMap { try? Files.read($0, limit: keyringLimitBytes) }
        let parts = [
            settings.sha256 ?? "", settings.signature ?? "", settings.keyring ?? "", SHA256.hex(of: keys ?? []),
        ]
        return SHA256.hex(of: Array(parts.joined(separator: "\n").utf8))
    }

    /// Why `bytes` are no policy that may be kept; nil when they may.
    func complaint(about bytes: [UInt8], _ settings: ModelSourceSettings, signature: [UInt8]?) -> String? {
        if let sha256 = settings.sha256 {
            let digest = SHA256.hex(of: bytes)
            guard digest == sha256 else { return "its SHA-256 is \(digest) (models.sha256 wants \(sha256))" }
        }
        if let signature, let keyring = settings.keyring {
            if let complaint = complaint(about: bytes, signature, keyring, settings.signature ?? "") {
                return complaint
            }
        }
        return Self.complaint(about: bytes)
    }

    private func complaint(
        about bytes: [UInt8], _ signature: [UInt8], _ keyring: String, _ address: String
    ) -> String? {
        do throws(SystemError) {
            try Files.makeFolder(workFolder, mode: 0o700)
        } catch {
            return "\(error)"
        }
        let check = SignatureCheck(keyring: keyring, folder: workFolder)
        do throws(SignatureCheck.Failure) {
            _ = try check.signer(of: bytes, signature: signature, at: PolicySourceWords.shown(address))
            return nil
        } catch {
            if case .noKeyring = error { return "\(error) (models.keyring in the configuration)" }
            return error.description
        }
    }

    /// An error page, or a part of a file, is no policy. Whether a policy is right is found out when it is read.
    private static func complaint(about bytes: [UInt8]) -> String? {
        let start = bytes.first { !$0.isBlank }
        if start == UInt8(ascii: "<") { return "it is a page and no policy (TOML, as in models.toml)" }
        switch PolicyReader.includes(of: ConfigurationFile(path: "models.toml", bytes: bytes)) {
        case .failure(let errors): return "it is no policy: \(errors.errors.first.map { "\($0)" } ?? "\(errors)")"
        case .success(let names):
            guard let name = names.first(where: { !$0.hasPrefix("/") }) else { return nil }
            return "it includes \"\(name)\", and nothing stands beside it (include absolute paths, or nothing)"
        }
    }

    /// Puts it in the place of what is kept; what is wrong, or nil.
    func write(_ bytes: [UInt8], _ content: PolicySourceMachine.Known, url: String, vouchers: String) -> String? {
        do throws(SystemError) {
            try Files.makeFolder(folder, mode: 0o700)
            try Files.replace(path, with: bytes, mode: 0o600, sync: true)
        } catch {
            return "\(error)"
        }
        note(content, url: url, vouchers: vouchers)
        return nil
    }

    /// Writes down under which ETag it came; a failure costs one answer in full.
    func note(_ content: PolicySourceMachine.Known, url: String, vouchers: String) {
        let json: JSON = [
            "url": .string(url), "vouchers": .string(vouchers), "etag": JSON(content.etag),
            "sha256": .string(content.digest),
            "fetched_at": .string(WallTime(milliseconds: Clock.wallMilliseconds).text),
        ]
        try? Files.replace(record, with: json.bytes, mode: 0o600)
    }

    /// The token in the first line of a file that nobody else may change.
    static func token(in file: String) -> Result<String, Complaint> {
        if let complaint = Trust.ofOwnFiles.complaint(at: file) { return .failure(Complaint("key_file: \(complaint)")) }
        do throws(SystemError) {
            let token = String(try Files.readText(file, limit: keyLimitBytes).prefix { !$0.isNewline })
            guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return .failure(Complaint("key_file: \(file) holds no token (one line of visible ASCII characters)"))
            }
            return .success(token)
        } catch {
            return .failure(Complaint("key_file: \(error)"))
        }
    }
}

nonisolated extension UInt8 {
    fileprivate var isBlank: Bool { [0x20, 0x09, 0x0A, 0x0D].contains(self) }
}
