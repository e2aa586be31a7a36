// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// Makes room on a file system in steps, until there is enough: hostd's own old files first, then what the
/// configuration says may go, each entry by a helper that has the rights of its user. Each step says how much it freed.
final class DiskCleaner {
    /// What is wanted.
    struct Wish {
        let device: UInt64
        /// The folder that the file system is named by.
        let name: String
        var wantedBytes: UInt64
    }

    /// A step was done.
    var told: ((String) -> Void)?
    /// All steps of a file system were done.
    var finished: (() -> Void)?

    private static let deadline: Duration = .seconds(60)

    private let loop: EventLoop
    private let lane: Worker
    private let folders: Folders
    private var waiting: [(wish: Wish, entries: [DiskSpecification.Cleaning])] = []
    private var helper: HelperRun?
    private var isBusy = false

    init(loop: EventLoop, lane: Worker, folders: Folders) {
        self.loop = loop
        self.lane = lane
        self.folders = folders
    }

    /// Makes room; one file system after the other.
    func clean(_ wish: Wish, _ entries: [DiskSpecification.Cleaning]) {
        guard wish.wantedBytes > 0, !waiting.contains(where: { $0.wish.device == wish.device }) else { return }
        waiting.append((wish, entries.flatMap(\.places)))
        if !isBusy { next() }
    }

    private func next() {
        guard let (wish, entries) = waiting.first else { return }
        isBusy = true
        let own = OwnOldFiles(logs: folders.log, crashes: folders.state + "/crashes")
        lane.submit(deadline: Self.deadline) {
            own.remove(wanted: wish.wantedBytes, on: wish.device)
        } then: { [weak self] (outcome: WorkOutcome<[OwnOldFiles.Step]>) in
            var left = wish.wantedBytes
            if case .done(let steps) = outcome {
                for step in steps where step.files > 0 {
                    left -= min(left, step.freedBytes)
                    self?.say(wish, step.freedBytes, "\(step.files) files of \(step.what)")
                }
            }
            self?.clean(entries[...], wish, left)
        }
    }

    private func clean(_ entries: ArraySlice<DiskSpecification.Cleaning>, _ wish: Wish, _ left: UInt64) {
        guard left > 0, let entry = entries.first else {
            helper = nil
            waiting.removeFirst()
            isBusy = false
            finished?()
            return next()
        }
        let order = CleaningOrder(entry, wantedBytes: left, device: wish.device)
        helper = HelperRun(
            loop: loop, "/proc/self/exe", "--clean", order: order.json, timeout: Self.deadline, outputLimitBytes: 4096
        ) { [weak self] said in
            guard let self else { return }
            let result = CleaningResult(said)
            let freed = result.freedBytes
            if let error = result.error { self.told?("\(wish.name): cleaning \(entry.path): \(error)") }
            if result.removed > 0 {
                self.say(wish, freed, "\(result.removed) files of \(entry.path) as \(result.user)")
            }
            // The next helper only when this one is through with its sources.
            self.loop.later { self.clean(entries.dropFirst(), wish, left - min(left, freed)) }
        }
    }

    private func say(_ wish: Wish, _ bytes: UInt64, _ what: String) {
        told?("\(wish.name): freed \(ByteText.text(bytes)): removed \(what)")
    }
}

/// What hostd itself keeps and can do without: rotated logs but for the newest of each log, and old crash reports.
nonisolated struct OwnOldFiles: Sendable {
    /// What a step freed.
    struct Step: Sendable {
        let what: String
        var freedBytes: UInt64 = 0
        var files = 0
    }

    let logs: String
    let crashes: String

    /// Of crash reports the newest stay.
    private static let crashesKept = 20

    /// Removes the oldest until so much is free, where they lie on this file system.
    func remove(wanted: UInt64, on device: UInt64) -> [Step] {
        var steps = [Step(what: "rotated logs"), Step(what: "crash reports")]
        if Self.lies(logs, on: device) { Self.remove(rotated(), wanted, &steps[0]) }
        if steps[0].freedBytes < wanted, Self.lies(crashes, on: device) {
            let old = ((try? Files.list(crashes)) ?? []).filter { $0.hasSuffix(".jsonl") }.dropLast(Self.crashesKept)
            Self.remove(old.map { "\(crashes)/\($0)" }, wanted - steps[0].freedBytes, &steps[1])
        }
        return steps
    }

    /// All files of rotations but the newest of each log, the oldest first.
    private func rotated() -> [String] {
        var found: [(name: String, path: String)] = []
        for log in (try? Files.list(logs)) ?? [] {
            for folder in ["\(logs)/\(log)", "\(logs)/\(log)/stderr"] {
                let names = ((try? Files.list(folder)) ?? []).filter(Self.isRotated)
                let newest = names.last.map { $0.prefix(Self.shape.utf8.count) }
                found += names.filter { $0.prefix(Self.shape.utf8.count) != newest }.map { ($0, "\(folder)/\($0)") }
            }
        }
        return found.sorted { $0.name < $1.name }.map(\.path)
    }

    private static let shape = "00000000T000000.000000Z"

    /// Whether a file is of a rotation, as docs/log-files.md names them.
    private static func isRotated(_ name: String) -> Bool {
        let zero = UInt8(ascii: "0")
        return name.utf8.count > shape.utf8.count
            && zip(name.utf8, shape.utf8).allSatisfy { byte, wanted in
                wanted == zero ? (zero...UInt8(ascii: "9")).contains(byte) : byte == wanted
            }
    }

    private static func lies(_ path: String, on device: UInt64) -> Bool {
        (try? FileStatus(at: path))?.device == device
    }

    private static func remove(_ paths: [String], _ wanted: UInt64, _ step: inout Step) {
        for path in paths {
            guard step.freedBytes < wanted else { return }
            let bytes = FileBlocks.bytes(of: path)
            guard (try? Files.remove(path)) != nil else { continue }
            step.freedBytes += bytes
            step.files += 1
        }
    }
}
