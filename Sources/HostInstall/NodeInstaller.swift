// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux
public import HostNode
internal import HostWire

/// Brings a Node from a mirror into the store, or changes nothing.
public struct NodeInstaller {
    /// How far it is.
    public enum Step {
        /// A part of the archive has come.
        case download(name: String, doneBytes: Int64, totalBytes: Int64?)
        /// What is said besides, in a line.
        case note(String)
    }

    /// The version.
    public var version: NodeVersion
    /// Where it comes from.
    public var mirror: Mirror
    /// The keys that may sign for it, in a file; nil: the mirror's word counts.
    public var keyring: String?
    /// SHA-256 of the archive, where the configuration says it.
    public var sha256: String?
    /// The ABI that the mirror's index says it has; nil where that was not asked.
    public var abi: String?
    /// Where it goes.
    public var store: NodeStore
    /// The platform as Node calls it.
    public var platform = Machine.node

    private static let archiveLimitBytes: Int64 = 512 << 20
    private static let listLimitBytes = 1 << 20

    /// An installation of `version` from `mirror` into `store`.
    public init(_ version: NodeVersion, from mirror: Mirror, into store: NodeStore) {
        self.version = version
        self.mirror = mirror
        self.store = store
    }

    /// Installs it and blocks meanwhile. The store is locked by the caller. `approve` is called with what the Node says
    /// it is before it is put in its place, and ends the installation by throwing.
    public func run(
        tell: @escaping (Step) -> Void, approve: (NodeFacts) throws(InstallError) -> Void
    ) throws(InstallError) -> InstallRecord {
        let (list, signer) = try checksums(tell)
        let (archive, hash) = try choose(from: list)
        let part = "\(archive).part"
        store.tidy(keeping: part)
        let path = "\(store.workFolder)/\(part)"
        try download(archive, hash: hash, into: path, tell)
        let voucher: Voucher = sha256 != nil ? .configuration : signer.map { .signer(fingerprint: $0) } ?? .mirror
        if voucher == .mirror {
            tell(.note("only the mirror vouches for this: no node.keyring is configured, and no node.sha256"))
        } else if let signer {
            tell(.note("the mirror's list is signed by key \(signer)"))
        }
        let record = try unpack(path, archive, hash, voucher, tell, approve)
        try? Files.remove(path)
        try? Files.remove(path + ".tag")
        return record
    }

    /// The mirror's list of hashes, and who signed it.
    private func checksums(_ tell: (Step) -> Void) throws(InstallError) -> (ChecksumList, signer: String?) {
        let folder = "\(version.tag)/SHASUMS256.txt"
        let place = mirror.shown(folder)
        guard var bytes = try mirror.bytes(of: folder, limitBytes: Self.listLimitBytes) else {
            throw InstallError(.noSuchName, "there is no Node \(version.tag) at \(mirror.shown("")) (no \(place))")
        }
        var signer: String?
        if let keyring {
            let check = SignatureCheck(keyring: keyring, folder: store.workFolder)
            if let signature = try mirror.bytes(of: folder + ".sig", limitBytes: Self.listLimitBytes) {
                signer = try vouched { () throws(SignatureCheck.Failure) in
                    try check.signer(of: bytes, signature: signature, at: place + ".sig")
                }
            } else if let clear = try mirror.bytes(of: folder + ".asc", limitBytes: Self.listLimitBytes) {
                (signer, bytes) = try vouched { () throws(SignatureCheck.Failure) in
                    try check.signer(ofClearText: clear, at: place + ".asc")
                }
            } else {
                throw .failed("\(place) is not signed: neither .sig nor .asc is there (node.keyring asks for one)")
            }
        }
        return (ChecksumList(String(decoding: bytes, as: UTF8.self)), signer)
    }

    private func vouched<Value>(_ check: () throws(SignatureCheck.Failure) -> Value) throws(InstallError) -> Value {
        do throws(SignatureCheck.Failure) {
            return try check()
        } catch {
            throw InstallError(error)
        }
    }

    private func choose(from list: ChecksumList) throws(InstallError) -> (archive: String, hash: String) {
        let top = "node-\(version.tag)-\(platform)"
        let names = [Tool.path("xz") == nil ? nil : "\(top).tar.xz", "\(top).tar.gz"].compactMap(\.self)
        let offered = names.compactMap { name in list[name].map { (name, $0) } }
        guard let first = offered.first else {
            let place = mirror.shown("\(version.tag)/SHASUMS256.txt")
            throw InstallError(.noSuchName, "\(place) has no \(names.joined(separator: " or "))")
        }
        guard let sha256 else { return first }
        guard let wanted = SHA256Text(sha256) else {
            throw InstallError(.badFile, "node.sha256 \"\(sha256)\" is no SHA-256 (64 hexadecimal digits)")
        }
        guard let chosen = offered.first(where: { $0.1 == wanted.text }) else {
            let given = offered.map { "\($0.1) for \($0.0)" }.joined(separator: ", ")
            throw .failed("node.sha256 is \(wanted.text), and the mirror has \(given) (sha256 is that of the archive)")
        }
        return chosen
    }

    private func download(
        _ archive: String, hash: String, into path: String, _ tell: @escaping (Step) -> Void
    ) throws(InstallError) {
        let source = "\(version.tag)/\(archive)"
        let file = PartialFile(source, from: mirror, into: path, limitBytes: Self.archiveLimitBytes) {
            tell(.download(name: archive, doneBytes: $0, totalBytes: $1))
        }
        let wasThere = try file.complete()
        if try self.hash(of: path) == hash { return }
        // What was there of it may be of another file.
        file.remove()
        if wasThere {
            tell(.note("what was there of \(archive) does not fit: it is downloaded from its beginning"))
            _ = try file.complete()
        }
        let found = wasThere ? try self.hash(of: path) : nil
        if found == hash { return }
        file.remove()
        throw .failed(
            "\(mirror.shown(source)) is not what SHASUMS256.txt says: its SHA-256 is not \(hash) "
                + "(the mirror or the way from it is broken; nothing was installed)")
    }

    private func hash(of path: String) throws(InstallError) -> String {
        do throws(SystemError) {
            return try SHA256.hex(of: try Descriptor(opening: path, Descriptor.readingOnly))
        } catch {
            throw .failed("\(error)")
        }
    }

    private func unpack(
        _ path: String, _ archive: String, _ hash: String, _ voucher: Voucher, _ tell: (Step) -> Void,
        _ approve: (NodeFacts) throws(InstallError) -> Void
    ) throws(InstallError) -> InstallRecord {
        let top = "node-\(version.tag)-\(platform)"
        let unpacking = UnpackedNode(folder: "\(store.workFolder)/unpack", top: top, version: version)
        defer { unpacking.remove() }
        tell(.note("unpacking \(archive)"))
        try unpacking.fill(from: path)
        let facts = try unpacking.ask(platform: platform)
        if let abi, abi != facts.abi {
            throw .failed("\(top)/bin/node has ABI \(facts.abi) (the mirror's index says \(abi))")
        }
        try approve(facts)
        let record = InstallRecord(
            version: version, archive: archive, archiveSHA256: hash, binarySHA256: facts.sha256, abi: facts.abi,
            mirror: mirror.shown(""), vouchedBy: voucher.text,
            installedAt: WallTime(milliseconds: Clock.wallMilliseconds))
        try unpacking.place(in: store, record)
        return record
    }
}
