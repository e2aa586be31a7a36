// SPDX-License-Identifier: Apache-2.0

/// What is done with files that another program writes, decided from how they stand in their folder.
public struct ForeignLogPlan: Hashable, Sendable {
    /// A file that the pattern names, or a copy of one.
    public struct File: Hashable, Sendable {
        /// Its name in the folder.
        public var name: String
        /// Its size.
        public var sizeBytes: UInt64
        /// When it was last written, in microseconds since 1970.
        public var modifiedMicroseconds: Int64
        /// What it was called before a rotation, and when that was.
        public var rotated: Rotation?

        /// Describes a file.
        public init(name: String, sizeBytes: UInt64, modifiedMicroseconds: Int64, rotated: Rotation? = nil) {
            self.name = name
            self.sizeBytes = sizeBytes
            self.modifiedMicroseconds = modifiedMicroseconds
            self.rotated = rotated
        }
    }

    /// What a rotation did.
    public struct Rotation: Hashable, Sendable {
        /// The name that the program gave the file.
        public var base: String
        /// When it got another, in microseconds since 1970.
        public var atMicroseconds: Int64

        /// Describes a rotation.
        public init(base: String, atMicroseconds: Int64) {
            self.base = base
            self.atMicroseconds = atMicroseconds
        }
    }

    /// A program that writes on so long after its file was renamed has not reopened it.
    private static let reopenPatience: Duration = .seconds(5)

    /// These files go.
    public var removals: [String] = []
    /// These files have reached their size.
    public var rotations: [String] = []
    /// These files were renamed and are still written to, and nobody has made new ones.
    public var stillWritten: [String] = []

    /// Decides about `files` at `now`, in microseconds since 1970.
    public init(_ specification: ForeignLogSpecification, _ files: [File], nowMicroseconds now: Int64) {
        let live = files.filter { $0.rotated == nil }
        let old = files.filter { $0.rotated != nil }
        if specification.method == .delete {
            removals = Self.surplus(of: live, specification, now)
            return
        }
        removals = Self.surplus(of: old, beside: live, specification, now)
        rotations = live.filter { $0.sizeBytes >= specification.maxSizeBytes ?? .max }.map(\.name).sorted()
        guard specification.method == .rename else { return }
        let names = Set(live.map(\.name))
        let newest = Dictionary(grouping: old) { $0.rotated?.base ?? "" }.values.compactMap { copies in
            copies.max { Self.end($0) < Self.end($1) }
        }
        let patience = Self.reopenPatience.nanoseconds / 1000
        stillWritten = newest.filter { copy in
            guard let rotated = copy.rotated, !names.contains(rotated.base) else { return false }
            return copy.modifiedMicroseconds > rotated.atMicroseconds.addingClamped(patience)
        }.map(\.name).sorted()
    }

    /// Of files that the program itself begins anew: all but the newest may go.
    private static func surplus(of live: [File], _ specification: ForeignLogSpecification, _ now: Int64) -> [String] {
        let sorted = live.sorted { ($0.modifiedMicroseconds, $0.name) < ($1.modifiedMicroseconds, $1.name) }
        guard let newest = sorted.last else { return [] }
        let retention = LogRetention(
            keep: specification.keep.map { max($0 - 1, 0) } ?? .max, maxAge: specification.maxAge,
            totalBytes: specification.totalBytes ?? .max)
        return first(sorted.dropLast(), retention, otherBytes: newest.sizeBytes, now)
    }

    private static func surplus(
        of old: [File], beside live: [File], _ specification: ForeignLogSpecification, _ now: Int64
    ) -> [String] {
        var gone: Set<String> = []
        let each = LogRetention(keep: specification.keep ?? .max, maxAge: specification.maxAge)
        for copies in Dictionary(grouping: old, by: { $0.rotated?.base ?? "" }).values {
            gone.formUnion(first(copies.sorted { end($0) < end($1) }, each, otherBytes: 0, now))
        }
        let left = old.filter { !gone.contains($0.name) }.sorted { end($0) < end($1) }
        let liveBytes = live.reduce(0 as UInt64) { $0 &+ $1.sizeBytes }
        let all = LogRetention(totalBytes: specification.totalBytes ?? .max)
        return (gone + first(left, all, otherBytes: liveBytes, now)).sorted()
    }

    private static func end(_ file: File) -> Int64 { file.rotated?.atMicroseconds ?? file.modifiedMicroseconds }

    /// The names of the first files, oldest first, that have to go.
    private static func first(
        _ files: some Collection<File>, _ retention: LogRetention, otherBytes: UInt64, _ now: Int64
    ) -> [String] {
        let known = files.map {
            LogRetention.File(name: $0.name, sizeBytes: $0.sizeBytes, endedMicroseconds: end($0))
        }
        return known.prefix(retention.surplus(known, otherBytes: otherBytes, nowMicroseconds: now)).map(\.name)
    }
}
