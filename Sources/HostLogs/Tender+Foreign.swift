// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Foreign logs: each by a helper that has the rights of who decides what stands in its folder.
extension Tender {
    private static let helperPatience: Duration = .seconds(60)
    private static let reportLimitBytes = 64 << 10

    func tend(_ log: ForeignLogSpecification) {
        do throws(SystemError) {
            switch try rights(for: log) {
            case .owner(let uid): try runHelper(for: log, uid: uid)
            case .refused(let why): report(.error(name: log.name.text, text: why))
            }
        } catch {
            // The program has not made its folder yet.
            if !error.isMissing { report(.error(name: log.name.text, text: "\(error)")) }
        }
    }

    private func rights(for log: ForeignLogSpecification) throws(SystemError) -> FolderRights.Finding {
        // Who is not root has no other rights to use.
        guard getuid() == 0 else { return .owner(getuid()) }
        guard let user = log.user else { return try FolderRights.owner(of: log.folder) }
        if let account = Users.account(user) { return .owner(account.uid) }
        return .refused("there is no user \"\(user)\" on this host (log.\(log.name).user)")
    }

    private func runHelper(for log: ForeignLogSpecification, uid: UInt32) throws(SystemError) {
        // The helper holds it as long as it lives: of those that no SIGKILL ends there is one for each log.
        let lock = try Descriptor(
            opening: run + "/foreign.\(log.name).lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        guard try lock.tryLock() else {
            return report(.error(name: log.name.text, text: "\(log.folder) still does not answer"))
        }
        let line = try Descriptor.inMemory("hostd-foreign", holding: LoggerMessage.foreign(log).line.utf8)
        let pipe = try PrivatePipe()
        let process = try Processes.spawn(
            "/proc/self/exe", ["--foreign", "\(uid)"], output: STDERR_FILENO,
            keeping: [line.raw, pipe.writing.raw, lock.raw])
        let pidfd = process.takeDescriptor()
        guard Poll.readable(pidfd.raw, milliseconds: Int32(clamping: Self.helperPatience.nanoseconds / 1_000_000))
        else {
            // A folder that answers nobody (FUSE, a dead NFS server) is its owner's trouble.
            Processes.signal(pidfd, SIGKILL)
            return report(
                .error(name: log.name.text, text: "\(log.folder) did not answer within \(Self.helperPatience.text)"))
        }
        let state = pidfd.reapChild()
        let said = (try? pipe.reading.read(upTo: Self.reportLimitBytes)) ?? []
        for line in String(decoding: said, as: UTF8.self).split(separator: "\n") {
            // It speaks for its own log only.
            switch TenderReport(line: line) {
            case .error(_, let text)?: report(.error(name: log.name.text, text: text))
            case .reopen?: report(.reopen(name: log.name.text))
            case .again?, nil: break
            }
        }
        if state != .ended(0) {
            report(.error(name: log.name.text, text: "the helper that looks at \(log.folder) failed"))
        }
    }
}
