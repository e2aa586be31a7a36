// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// Says what models.toml is now, whenever that may have changed: however an editor, a mount or a swap of links brings
/// it about.
final class PolicyWatch {
    /// What a look has found; also when that is what was found before.
    var found: ((PolicyFiles.Outcome) -> Void)?

    /// No two looks are closer: of a storm of events one look sees the end.
    private static let apart: Duration = .milliseconds(20)
    /// What has changed is looked at again: a second writer, or one that left no event, may be under way.
    private static let again: Duration = .milliseconds(150)
    /// While somebody writes, or what leads to the file is gone.
    private static let soon: Duration = .milliseconds(400)
    /// Where the kernel hears nothing of changes that others make.
    private static let seldom: Duration = .seconds(30)
    private static let deadline: Duration = .seconds(10)

    private let loop: EventLoop
    private let files: Worker
    private let path: String
    private var folders: FolderWatch?
    private var watched: Set<String> = []
    private var source: IOSource?
    private var mounts: Descriptor?
    private var mountSource: IOSource?
    private var timer: TimerSource?
    private var lookedAt: Instant?
    private var isLooking = false
    private var isWanted = false
    private var last: PolicyFiles.Outcome?
    private var waiting: [(PolicyFiles.Outcome?) -> Void] = []

    /// A watch of the file at `path` that has not begun.
    init(loop: EventLoop, files: Worker, path: String) {
        self.loop = loop
        self.files = files
        self.path = path
        timer = try? loop.timer { [weak self] in self?.look() }
        folders = try? FolderWatch()
        // A mount over a folder is no event in it; proc(5): this file is ready when a mount has come or gone.
        mounts = try? Descriptor(opening: "/proc/self/mountinfo", 0)
    }

    /// The sources end before what they watch.
    isolated deinit {
        source = nil
        mountSource = nil
    }

    /// Begins: the first look comes at once.
    func begin() {
        source = folders.flatMap { watch in
            try? loop.watch(watch.raw, .readable) { [weak self] _ in
                self?.folders?.drain()
                self?.wantLook()
            }
        }
        if let number = mounts?.raw {
            mountSource = try? loop.watch(number, .priority) { [weak self] _ in
                self?.folders?.forgetAll()
                self?.watched = []
                self?.wantLook()
            }
        }
        watch(PathHops.folders(to: path))
        look()
    }

    /// Looks now; `then` is told what a look that begins after this call finds, nil when the disk does not answer.
    func lookNow(then: @escaping (PolicyFiles.Outcome?) -> Void) {
        waiting.append(then)
        if isLooking { isWanted = true } else { look() }
    }

    private func wantLook() {
        guard !isLooking else { return isWanted = true }
        let soonest = lookedAt.map { $0 + Self.apart } ?? loop.now
        if soonest <= loop.now { look() } else { timer?.arm(at: soonest) }
    }

    private func look() {
        guard !isLooking else { return isWanted = true }
        isLooking = true
        isWanted = false
        lookedAt = loop.now
        timer?.disarm()
        let (path, callers) = (path, waiting)
        waiting = []
        files.submit(deadline: Self.deadline) {
            let look = PolicyFiles.look(at: path)
            return (look, look.isShared)
        } then: { [weak self] (outcome: WorkOutcome<(PolicyFiles, Bool)>) in
            guard let self else { return }
            self.isLooking = false
            if case .done((let look, let isShared)) = outcome {
                self.take(look, isShared)
                for call in callers { call(look.outcome) }
            } else {
                self.plan(after: Self.soon)
                for call in callers { call(nil) }
            }
        }
    }

    private func take(_ look: PolicyFiles, _ isShared: Bool) {
        let isNew = look.outcome != last
        last = look.outcome
        // What changed while the folders were not watched yet was not heard.
        let isMore = watch(look.folders)
        found?(look.outcome)
        if isWanted || isMore { return wantLook() }
        switch look.outcome {
        case .busy: plan(after: Self.soon)
        case .read, .wrong, .missing:
            let isBlind = !(folders?.covers(look.folders) ?? false)
            if isNew {
                plan(after: Self.again)
            } else if isBlind {
                plan(after: Self.soon)
            } else if isShared {
                plan(after: Self.seldom)
            }
        }
    }

    private func plan(after delay: Duration) { timer?.arm(at: loop.now + delay) }

    /// Watches these folders; whether any of them was not watched before.
    @discardableResult
    private func watch(_ paths: Set<String>) -> Bool {
        let before = watched
        folders?.watch(paths)
        watched = paths
        return !paths.isSubset(of: before)
    }
}
