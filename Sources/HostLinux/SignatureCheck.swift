// SPDX-License-Identifier: Apache-2.0

/// Has gpgv check OpenPGP signatures. Blocks: for the Worker, or a program without a loop.
public struct SignatureCheck: Sendable {
    /// Why nobody vouches.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The keyring is not there.
        case noKeyring(String)
        /// No signature of a key in the keyring is good.
        case refused(String)
        /// It cannot be found out here.
        case failed(String)

        /// In words.
        public var description: String {
            switch self {
            case .noKeyring(let path): "the keyring \(path) is not there"
            case .refused(let why), .failed(let why): why
            }
        }
    }

    /// The keys that are trusted, in gpg's binary form.
    private let keyring: String
    /// A folder of ours for what gpgv reads and writes.
    private let folder: String

    private static let seconds = 60
    private static let programs = ["/usr/bin", "/bin", "/usr/local/bin"]
    private static let outputLimitBytes = 16 << 20

    /// Trusts the keys of `keyring`, and puts what gpgv reads and writes into `folder`.
    public init(keyring: String, folder: String) {
        self.keyring = keyring
        self.folder = folder
    }

    /// Whole fingerprint of the key that signed `bytes` with the detached `signature`; fails when none of the keyring
    /// did. `place` is what people call the signature.
    public func signer(of bytes: [UInt8], signature: [UInt8], at place: String) throws(Failure) -> String {
        try write(bytes, "sums")
        try write(signature, "signature")
        return try run(["\(folder)/signature", "\(folder)/sums"], at: place)
    }

    /// The same for a text that carries its signature; returns the text too, of which nothing else is to be believed.
    public func signer(ofClearText bytes: [UInt8], at place: String) throws(Failure) -> (signer: String, text: [UInt8])
    {
        try write(bytes, "signature")
        try? Files.remove("\(folder)/sums")
        let signer = try run(["--output", "\(folder)/sums", "\(folder)/signature"], at: place)
        guard let text = try? Files.read("\(folder)/sums") else { throw .failed("gpgv gave no text of \(place)") }
        return (signer, text)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws(Failure) {
        do throws(SystemError) {
            try Files.replace("\(folder)/\(name)", with: bytes)
        } catch {
            throw .failed("\(error)")
        }
    }

    private func run(_ words: [String], at place: String) throws(Failure) -> String {
        guard Files.exists(keyring) else { throw .noKeyring(keyring) }
        guard let program = Self.programs.lazy.map({ "\($0)/gpgv" }).first(where: { Files.exists($0) }) else {
            throw .failed("gpgv is not installed (it is looked for in \(Self.programs.joined(separator: ", ")))")
        }
        let options = ["--quiet", "--homedir", folder, "--status-fd", "1", "--keyring", absolute(keyring)]
        let path = "PATH=\(Self.programs.joined(separator: ":"))"
        let command = BriefCommand(program, options + words, environment: [path, "LC_ALL=C", "TZ=UTC"])
        let answer: BriefCommand.Answer
        do throws(BriefCommand.Failure) {
            answer = try command.run(within: .seconds(Self.seconds), limitBytes: Self.outputLimitBytes)
        } catch {
            throw .failed("gpgv: \(error)")
        }
        let output = String(decoding: answer.output, as: UTF8.self)
        let report = SignatureReport(output)
        if let problem = report.problem { throw .refused("\(place): \(problem) (\(keyring))") }
        if answer.code == 0, let fingerprint = report.fingerprint { return fingerprint }
        throw .refused(
            "\(place): no signature of a key in \(keyring)"
                + "\(SignatureReport.lastLine(output).map { ": " + Self.clean($0) } ?? "") "
                + "(a keyring is made with gpg --export, or gpg --dearmor of an .asc file)")
    }

    /// gpgv looks for a name without a slash in its own folder.
    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : Files.currentFolder() + "/" + path
    }

    /// What gpgv says may have names of strangers in it.
    private static func clean(_ text: Substring) -> String {
        String(text.unicodeScalars.prefix(300).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    }
}
