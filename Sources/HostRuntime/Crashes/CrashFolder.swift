// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// The folder `state/crashes`, one file an end: `ID.jsonl` with two lines, the gist and all of it. Blocks on the disk:
/// for a Worker.
nonisolated struct CrashFolder: Sendable {
    /// What became of a batch.
    struct Outcome: Sendable {
        /// The gists of all that are there now, the newest first.
        var briefs: [CrashBrief] = []
        /// Those that could not be written.
        var failed: [CrashCase] = []
        /// Why.
        var failure: SystemError?
    }

    /// So many are kept, and so many of one service.
    static let limit = 200
    static let serviceLimit = 20
    /// All of them together take no more, in bytes.
    static let limitBytes: Int64 = 16 << 20
    private static let ending = ".jsonl"
    private static let fileLimitBytes = 1 << 20
    private static let briefLimitBytes = 8192

    let path: String

    /// Writes them, each whole or not at all, and removes what is too much.
    func keep(_ cases: [CrashCase], known: [CrashBrief]) -> Outcome {
        var outcome = Outcome(briefs: known)
        for item in cases {
            do throws(SystemError) {
                let record = item.completed()
                try Files.makeFolder(path, mode: 0o700)
                let bytes = record.brief.json.bytes + [UInt8(ascii: "\n")] + record.json.bytes + [UInt8(ascii: "\n")]
                try Files.replace(file(record.brief.id), with: bytes)
                outcome.briefs.removeAll { $0.id == record.brief.id }
                outcome.briefs.append(record.brief)
            } catch {
                outcome.failed.append(item)
                outcome.failure = error
            }
        }
        let kept = prune()
        outcome.briefs = Self.newestFirst(outcome.briefs.filter { kept.contains($0.id) })
        return outcome
    }

    /// The gists of all that are there, the newest first; a file that is none is passed over.
    func briefs() -> [CrashBrief] {
        let names = (try? Files.list(path)) ?? []
        return Self.newestFirst(
            names.suffix(Self.limit * 2).compactMap { name in
                guard name.hasSuffix(Self.ending), let file = try? Descriptor(opening: path + "/" + name, O_RDONLY),
                    let head = try? file.read(upTo: Self.briefLimitBytes)
                else { return nil }
                return try? CrashBrief(json: JSON(parsing: Array(head.prefix { $0 != UInt8(ascii: "\n") })))
            })
    }

    /// All that was kept of one, as JSON; nil when it is not there.
    func read(_ id: String) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) {
            let bytes = try Files.read(file(id), limit: Self.fileLimitBytes)
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            return lines.count == 2 ? Array(lines[1]) : nil
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }

    /// Whether a text may be an id, and so part of a path.
    static func isID(_ text: String) -> Bool {
        guard text.utf8.count <= 128, let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")) else { return false }
        return InstanceID(String(text[text.utf8.index(after: dash)...])) != nil
            && text[..<dash].utf8.allSatisfy { ($0 | 0x20) == UInt8(ascii: "z") || "0123456789T.".utf8.contains($0) }
    }

    private func file(_ id: String) -> String { path + "/" + id + Self.ending }

    /// Removes the oldest beyond the limits, and what a kill left half written; the ids of the rest.
    private func prune() -> Set<String> {
        var kept: Set<String> = []
        var ofService: [String: Int] = [:]
        var bytes: Int64 = 0
        for name in ((try? Files.list(path)) ?? []).reversed() {
            let id = name.hasSuffix(Self.ending) ? String(name.dropLast(Self.ending.count)) : ""
            guard Self.isID(id) else {
                if name.hasSuffix(Self.ending + ".new") { try? Files.remove(path + "/" + name) }
                continue
            }
            let service = String(id.drop { $0 != "-" }.dropFirst().prefix { $0 != "." })
            let size = (try? Files.size(path + "/" + name)) ?? 0
            let count = ofService[service, default: 0]
            guard count < Self.serviceLimit, kept.count < Self.limit, bytes + size <= Self.limitBytes else {
                try? Files.remove(path + "/" + name)
                continue
            }
            ofService[service] = count + 1
            bytes += size
            kept.insert(id)
        }
        return kept
    }

    private static func newestFirst(_ briefs: [CrashBrief]) -> [CrashBrief] { briefs.sorted { $0.id > $1.id } }
}
