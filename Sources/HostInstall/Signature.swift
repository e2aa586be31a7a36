// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

/// What gpgv says of a signature, in its lines for programs.
struct SignatureReport {
    /// Whole fingerprint of the key that signed; nil when no signature is good.
    let fingerprint: String?
    /// What is wrong with a signature; nil when nothing is.
    let problem: String?

    private static let mark = "[GNUPG:] "

    /// Reads what gpgv wrote.
    init(_ output: String) {
        var fingerprint: String?
        var problem: String?
        for line in output.split(whereSeparator: \.isNewline) where line.hasPrefix(Self.mark) {
            let words = line.dropFirst(Self.mark.count).split(separator: " ").map(String.init)
            let key = words.dropFirst().first ?? "of unknown name"
            switch words.first {
            // The last word is the primary key, which is the one that is known.
            case "VALIDSIG": fingerprint = words.count > 10 ? words[10] : key
            case "BADSIG": problem = "the signature of key \(key) does not fit the text"
            case "EXPSIG": problem = "the signature of key \(key) has expired"
            case "REVKEYSIG": problem = "key \(key) was revoked"
            // Stands after ERRSIG, and says why.
            case "NO_PUBKEY": problem = "it is signed by key \(key), which is not in the keyring"
            case "ERRSIG": problem = problem ?? "the signature of key \(key) cannot be checked"
            default: break
            }
        }
        self.fingerprint = fingerprint
        self.problem = problem
    }
}

/// Has gpgv check signatures.
struct SignatureCheck {
    /// The keys that are trusted, in gpg's binary form.
    let keyring: String
    /// A folder of ours for what gpgv reads and writes.
    let folder: String

    private static let seconds = 60

    /// Whole fingerprint of the key that signed `bytes` with the detached `signature`; fails when none of the keyring
    /// did.
    func signer(of bytes: [UInt8], signature: [UInt8], at place: String) throws(InstallError) -> String {
        try write(bytes, "sums")
        try write(signature, "signature")
        return try run(["\(folder)/signature", "\(folder)/sums"], at: place)
    }

    /// The same for a text that carries its signature; returns the text too, of which nothing else is to be believed.
    func signer(ofClearText bytes: [UInt8], at place: String) throws(InstallError) -> (signer: String, text: [UInt8]) {
        try write(bytes, "signature")
        try? Files.remove("\(folder)/sums")
        let signer = try run(["--output", "\(folder)/sums", "\(folder)/signature"], at: place)
        guard let text = try? Files.read("\(folder)/sums") else { throw .failed("gpgv gave no text of \(place)") }
        return (signer, text)
    }

    private func write(_ bytes: [UInt8], _ name: String) throws(InstallError) {
        do throws(SystemError) {
            try Files.replace("\(folder)/\(name)", with: bytes)
        } catch {
            throw .failed("\(error)")
        }
    }

    private func run(_ words: [String], at place: String) throws(InstallError) -> String {
        guard Files.exists(keyring) else {
            throw InstallError(.badFile, "the keyring \(keyring) is not there (node.keyring in the configuration)")
        }
        let options = ["--quiet", "--homedir", folder, "--status-fd", "1", "--keyring", absolute(keyring)]
        let answer = try Tool.run("gpgv", options + words, seconds: Self.seconds)
        let output = String(decoding: answer.output, as: UTF8.self)
        let report = SignatureReport(output)
        if let problem = report.problem { throw .failed("\(place): \(problem) (\(keyring))") }
        if answer.code == 0, let fingerprint = report.fingerprint { return fingerprint }
        let last = output.split(whereSeparator: \.isNewline).last { !$0.hasPrefix("[GNUPG:]") }
        throw .failed(
            "\(place): no signature of a key in \(keyring)\(last.map { ": " + CleanLine.of($0) } ?? "") "
                + "(a keyring is made with gpg --export, or gpg --dearmor of an .asc file)")
    }

    /// gpgv looks for a name without a slash in its own folder.
    private func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : Files.currentFolder() + "/" + path
    }
}
