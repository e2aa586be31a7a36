// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// A download into a file that may be there in part: it goes on where that ends, when the mirror can do that and still
/// has the same file. Its hash decides in the end.
final class PartialFile {
    /// A connection that breaks is made anew so often, as long as each brings something.
    private static let attemptLimit = 5

    private let mirror: Mirror
    private let source: String
    private let path: String
    private let limitBytes: Int64
    private let progress: (_ doneBytes: Int64, _ totalBytes: Int64?) -> Void
    private var doneBytes: Int64 = 0
    private var totalBytes: Int64?

    /// The file `source` of the mirror, at most `limitBytes` long, into `path`. Beside it, with `.tag`, stands by what
    /// the mirror knows it again.
    init(
        _ source: String, from mirror: Mirror, into path: String, limitBytes: Int64,
        progress: @escaping (_ doneBytes: Int64, _ totalBytes: Int64?) -> Void
    ) {
        self.mirror = mirror
        self.source = source
        self.path = path
        self.limitBytes = limitBytes
        self.progress = progress
    }

    private var place: String { mirror.shown(source) }

    /// Downloads what is missing and blocks meanwhile. True when a part of it was there before.
    func complete() throws(InstallError) -> Bool {
        let before = (try? Files.size(path)) ?? 0
        for _ in 0..<Self.attemptLimit {
            let start = (try? Files.size(path)) ?? 0
            guard let why = try attempt() else { return before > 0 }
            guard doneBytes > start else { throw cut(why) }
        }
        throw cut("the connection broke \(Self.attemptLimit) times")
    }

    /// Forgets what is there.
    func remove() {
        try? Files.remove(path)
        try? Files.remove(path + ".tag")
    }

    private func cut(_ why: String) -> InstallError {
        let total = totalBytes.map { " of \(ByteText.text(UInt64($0)))" } ?? ""
        let next = doneBytes > 0 ? " (\(ByteText.text(UInt64(doneBytes)))\(total) are there; the next run goes on)" : ""
        return .failed("\(place): \(why)\(next)")
    }

    /// One connection; nil when all is there, else why it is not.
    private func attempt() throws(InstallError) -> String? {
        let file = try opened()
        let raw = file.raw
        doneBytes = (try? Files.size(path)) ?? 0
        var headers: [String] = []
        if doneBytes > 0 {
            headers.append("Range: bytes=\(doneBytes)-")
            if let tag = try? Files.readText(path + ".tag", limit: 1024) { headers.append("If-Range: \(tag)") }
        }
        let exchange = Exchange { [self] head throws(InstallError) in
            try begin(head, raw)
        } take: { [self] piece throws(InstallError) in
            try write(piece, raw)
        }
        let end = try exchange.run("\(mirror.address)/\(source)", headers: headers, from: mirror)
        switch end {
        case .complete: return try judge(exchange.head)
        case .cut(let why): return why
        case .failed(let why): throw .failed("\(place): \(why)")
        }
    }

    private func judge(_ head: AnswerHead) throws(InstallError) -> String? {
        switch head.status {
        case 200..<300: return totalBytes.map { doneBytes >= $0 } ?? true ? nil : "the answer was too short"
        case 416 where head.range?.total == doneBytes: return nil
        case 416 where doneBytes > 0:
            // What is there is of another file.
            remove()
            doneBytes = 0
            return try attempt()
        case 404, 410: throw InstallError(.noSuchName, "\(place): there is no such file (status \(head.status))")
        default: throw Mirror.refusal(head, at: place)
        }
    }

    private func begin(_ head: AnswerHead, _ file: Int32) throws(InstallError) {
        if head.status == 206, let range = head.range, range.start == doneBytes {
            totalBytes = range.total
        } else if head.status == 206 {
            remove()
            throw .failed("\(place): the mirror sent another part than it was asked for (try again)")
        } else {
            if ftruncate(file, 0) < 0 { throw refused(SystemError(code: errno, call: "ftruncate", subject: path)) }
            doneBytes = 0
            totalBytes = head.length
            keepTag(of: head)
        }
        if let totalBytes, totalBytes > limitBytes { throw tooLong(totalBytes) }
        let missing = UInt64(max(0, (totalBytes ?? 0) - doneBytes))
        if let free = try? FileSystemRoom.availableBytes(at: path), free < missing {
            throw .failed(
                "no room for \(place): \(ByteText.text(missing)) are missing, and \(ByteText.text(free)) are free "
                    + "where \(path) is")
        }
        progress(doneBytes, totalBytes)
    }

    /// What the mirror says to know the file again; a weak tag is none for parts of it.
    private func keepTag(of head: AnswerHead) {
        let tag = head["etag"].flatMap { $0.hasPrefix("W/") ? nil : $0 } ?? head["last-modified"]
        try? Files.remove(path + ".tag")
        if let tag { try? Files.replace(path + ".tag", with: tag.utf8) }
    }

    private func write(_ piece: UnsafeRawBufferPointer, _ file: Int32) throws(InstallError) {
        guard doneBytes + Int64(piece.count) <= limitBytes else { throw tooLong(nil) }
        var rest = piece[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            do throws(SystemError) {
                let written = try check("write", path) {
                    pwrite(file, part.baseAddress, part.count, off_t(doneBytes))
                }
                rest = rest.dropFirst(written)
                doneBytes += Int64(written)
            } catch {
                throw refused(error)
            }
        }
        progress(doneBytes, totalBytes)
    }

    private func opened() throws(InstallError) -> Descriptor {
        do throws(SystemError) {
            return try Descriptor(opening: path, O_WRONLY | O_CREAT | O_NOFOLLOW)
        } catch {
            throw refused(error)
        }
    }

    private func tooLong(_ bytes: Int64?) -> InstallError {
        remove()
        let size = bytes.map { "\(ByteText.text(UInt64($0)))" } ?? "more"
        return .failed("\(place) has \(size) (at most \(ByteText.text(UInt64(limitBytes))))")
    }

    /// What cannot be written. A full disk gets back what was taken of it.
    private func refused(_ error: SystemError) -> InstallError {
        guard error.code == ENOSPC || error.code == EDQUOT else { return .failed("\(error)") }
        remove()
        return .failed("no room for \(place): \(error)")
    }
}
