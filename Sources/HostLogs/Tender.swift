// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The tending child, `hostd-logger --tend`: one look at all logs, at the lowest priority. What it is to do lies in
/// descriptor 3 (`TendingPlan`), what it cannot do goes to descriptor 4 (`TenderReport`).
final class Tender {
    /// Another one still runs: that of a logger that was killed, stuck in a disk.
    static let busyStatus: Int32 = 75
    /// What could not be done is tried again after this.
    private static let retrySeconds: Int64 = 60
    /// Foreign logs are looked at so often.
    private static let foreignSeconds: Int64 = 60
    private static let longestSleepSeconds: Int64 = 86400

    /// The logger's runtime folder.
    let run: String
    private let root: String
    private let plan: TendingPlan
    private let reports: Descriptor
    private var againSeconds = Int64.max

    /// Runs with these folders and returns the exit status.
    static func main(run: String, log: String) -> Int32 {
        Signals.block([SIGXFSZ])
        ProcessLimits.setFileMask(0o027)
        let plan = Descriptor(owning: 3)
        let reports = Descriptor(owning: 4)
        guard BackgroundWork.endWithParent(readingFrom: reports.raw) else { return 0 }
        do throws(SystemError) {
            try BackgroundWork.takeLowestPriority()
            let lock = try Descriptor(opening: run + "/tender.lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
            guard try lock.tryLock() else { return busyStatus }
            let text = try plan.bytes(at: 0, count: plan.size())
            try reports.setWaiting(true)
            let tender = Tender(
                run: run, root: log, plan: TendingPlan(text: String(decoding: text, as: UTF8.self)), reports: reports)
            tender.look()
            return 0
        } catch {
            StandardDescriptors.sayError("hostd-logger --tend: \(error)")
            return 1
        }
    }

    private init(run: String, root: String, plan: TendingPlan, reports: consuming Descriptor) {
        self.run = run
        self.root = root
        self.plan = plan
        self.reports = reports
    }

    private func look() {
        // First what makes room, then what must not be lost, then what is only a matter of size.
        for own in plan.logs {
            attempt(own.name) { files throws(SystemError) in
                try files.tidy()
                try Rotation.prune(files.folder, own.settings.retention)
                return try files.sync()
            }
        }
        enforceTotal()
        for own in plan.logs where own.settings.isCompressed {
            attempt(own.name) { files throws(SystemError) in
                // Under a flood some of them have to go before their turn comes.
                let isAll = try files.compress { try? Rotation.prune(files.folder, own.settings.retention) }
                try Rotation.prune(files.folder, own.settings.retention)
                return isAll
            }
        }
        for log in plan.foreign {
            tend(log)
            againSeconds = min(againSeconds, Self.foreignSeconds)
        }
        for own in plan.logs { awaitExpiry(of: own.name, own.settings) }
        if againSeconds < .max { report(.again(seconds: againSeconds)) }
    }

    /// `body` says whether it did all that there is to do.
    private func attempt(_ name: String, _ body: (FinishedFiles) throws(SystemError) -> Bool) {
        do throws(SystemError) {
            try LogFolder.check(name, below: root)
            if try !body(FinishedFiles(folder: root + "/" + name)) {
                againSeconds = min(againSeconds, FloodRule.span.components.seconds)
            }
        } catch {
            // A log that nothing was written to yet has no folder.
            if error.isMissing { return }
            report(.error(name: name, text: "\(error); tried again each minute"))
            againSeconds = min(againSeconds, Self.retrySeconds)
        }
    }

    private func enforceTotal() {
        guard let total = plan.hostTotalBytes else { return }
        do throws(SystemError) {
            try HostTotal.enforce(total, below: root)
        } catch {
            report(.error(name: "-", text: "\(error); the logs take more than logs_total"))
            againSeconds = min(againSeconds, Self.retrySeconds)
        }
    }

    private func awaitExpiry(of name: String, _ settings: LogSpecification) {
        let folder = root + "/" + name
        guard let files = try? Files.list(folder) else { return }
        let rotated = RotatedFile.all(in: folder, files, withSizes: false).map(\.asRetained)
        guard let expiry = settings.retention.nextExpiry(rotated) else { return }
        let seconds = (expiry - Clock.wallMicroseconds) / 1_000_000 + 1
        againSeconds = min(againSeconds, max(seconds, 1), Self.longestSleepSeconds)
    }

    func report(_ report: TenderReport) {
        // A logger that hears nobody is gone, and its child soon too.
        try? reports.write(all: report.line.utf8)
    }
}
