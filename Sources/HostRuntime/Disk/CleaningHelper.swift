// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// One entry of `disk.clean` to be carried out.
nonisolated struct CleaningOrder {
    let entry: DiskSpecification.Cleaning
    let wantedBytes: UInt64
    let device: UInt64

    init(_ entry: DiskSpecification.Cleaning, wantedBytes: UInt64, device: UInt64) {
        self.entry = entry
        self.wantedBytes = wantedBytes
        self.device = device
    }

    init?(json: JSON) {
        guard let path = json["path"]?.text, case .integer(let seconds)? = json["older_s"],
            case .integer(let wanted)? = json["wanted_bytes"], let device = json["device"]?.text.flatMap({ UInt64($0) })
        else { return nil }
        entry = .init(path: path, older: .seconds(seconds), user: json["user"]?.text)
        wantedBytes = UInt64(clamping: wanted)
        self.device = device
    }

    var json: JSON {
        [
            "path": .string(entry.path), "older_s": .integer(Int64(entry.older?.seconds ?? 0)),
            "user": JSON(entry.user),
            "wanted_bytes": JSON(Optional(wantedBytes)), "device": .string("\(device)"),
        ]
    }
}

/// What became of an order.
nonisolated struct CleaningResult {
    var freedBytes: UInt64 = 0
    var removed = 0
    /// Whose rights were used.
    var user = ""
    var error: String?

    init(error: String? = nil) {
        self.error = error
    }

    init(_ said: Result<JSON, HelperRun.Failure>) {
        switch said {
        case .success(let json): self.init(json: json)
        case .failure(let failure): self.init(error: failure.words)
        }
    }

    init(json: JSON) {
        if case .integer(let bytes)? = json["freed_bytes"] { freedBytes = UInt64(clamping: bytes) }
        if case .integer(let count)? = json["removed"] { removed = Int(clamping: count) }
        user = json["user"]?.text ?? ""
        error = json["error"]?.text
    }

    var json: JSON {
        [
            "freed_bytes": JSON(Optional(freedBytes)), "removed": JSON(Optional(removed)), "user": .string(user),
            "error": JSON(error),
        ]
    }
}

/// `hostd --clean`: one entry of `disk.clean`, in a process of its own that has no other rights than who decides what
/// stands in the folder. The order lies in descriptor 3, the result goes to descriptor 4.
nonisolated enum CleaningHelper {
    static func main() -> Int32 {
        let text = Descriptor(owning: 3)
        let report = Descriptor(owning: 4)
        guard BackgroundWork.endWithParent(readingFrom: report.raw) else { return 0 }
        guard let bytes = try? Files.read("/proc/self/fd/\(text.raw)"), let json = try? JSON(parsing: bytes),
            let order = CleaningOrder(json: json)
        else { return ExitCode.usage.rawValue }
        return (try? report.write(all: run(order).json.bytes)) == nil ? 1 : 0
    }

    private static func run(_ order: CleaningOrder) -> CleaningResult {
        do throws(SystemError) {
            try BackgroundWork.takeLowestPriority()
            switch try rights(for: order.entry) {
            case .refused(let why): return CleaningResult(error: why)
            case .owner(let uid):
                let account = order.entry.user.flatMap { Users.account($0) } ?? Users.account(uid: uid)
                if uid != getuid() { try Processes.become(account) }
                var result = CleaningResult()
                result.user = account.name
                let before = Int(Clock.wallMilliseconds / 1000) - Int(order.entry.older?.seconds ?? 0)
                let outcome = OldFiles.remove(
                    in: place(order.entry.folder, account), matching: order.entry.pattern, before: before,
                    wanted: order.wantedBytes,
                    on: order.device)
                result.freedBytes = outcome.freedBytes
                result.removed = outcome.removed
                result.error = outcome.error
                return result
            }
        } catch {
            // A cache that is not there yet needs no cleaning.
            return CleaningResult(error: error.isMissing ? nil : "\(error)")
        }
    }

    /// Where a folder is, that may be said to lie in the user's home.
    private static func place(_ folder: String, _ account: UserAccount) -> String {
        folder.hasPrefix("~/") ? account.home + folder.dropFirst() : folder
    }

    private static func rights(for entry: DiskSpecification.Cleaning) throws(SystemError) -> FolderRights.Finding {
        if let user = entry.user {
            guard let account = Users.account(user) else {
                return .refused("there is no user \"\(user)\" on this host")
            }
            guard getuid() == 0 || account.uid == getuid() else {
                return .refused("hostd runs as uid \(getuid()) and cannot become \"\(user)\"")
            }
            return .owner(account.uid)
        }
        return getuid() == 0 ? try FolderRights.owner(of: entry.folder) : .owner(getuid())
    }
}
