// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// One look at the files of a foreign log, with the rights of who decides what stands in their folder.
struct ForeignFiles {
    /// What is said of a look.
    struct Outcome {
        /// What could not be done.
        var errors: [String] = []
        /// The program has to make new files.
        var mustReopen = false
    }

    let log: ForeignLogSpecification

    /// Does what is due at `now`, in microseconds since 1970.
    func look(nowMicroseconds now: Int64 = Clock.wallMicroseconds) -> Outcome {
        var outcome = Outcome()
        do throws(SystemError) {
            // What goes makes room for what is copied, and a copy that is made may be one too many.
            var plan = ForeignLogPlan(log, try files(), nowMicroseconds: now)
            remove(plan.removals, &outcome)
            rotate(plan.rotations, now, &outcome)
            plan = ForeignLogPlan(log, try files(), nowMicroseconds: now)
            remove(plan.removals, &outcome)
            complain(of: plan.stillWritten, &outcome)
        } catch {
            // The program has not made it yet.
            if !error.isMissing { outcome.errors.append("\(error)") }
        }
        return outcome
    }

    /// The plain files that the pattern names, and their copies. Links are none: they may lead anywhere.
    private func files() throws(SystemError) -> [ForeignLogPlan.File] {
        var files: [ForeignLogPlan.File] = []
        for name in try Files.list(log.folder) {
            let rotated = Self.rotation(of: name)
            guard fnmatch(log.pattern, rotated?.base ?? name, Int32(FNM_PERIOD)) == 0 else { continue }
            guard let status = try? FileStatus(ofLinkAt: path(name)), status.kind == .regular else { continue }
            files.append(
                ForeignLogPlan.File(
                    name: name, sizeBytes: UInt64(clamping: status.size),
                    modifiedMicroseconds: status.modifiedMicroseconds, rotated: rotated))
        }
        return files
    }

    /// What `gateway.err.log.20261124T131502.123456Z` says.
    static func rotation(of name: String) -> ForeignLogPlan.Rotation? {
        guard let dot = name.utf8.dropLast(16).lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let time = String(name[name.index(after: dot)...])
        guard RotatedName.isRight(time), dot > name.startIndex else { return nil }
        return .init(base: String(name[..<dot]), atMicroseconds: RotatedName.microseconds(of: time))
    }

    private func path(_ name: String) -> String { log.folder + "/" + name }

    private func remove(_ names: [String], _ outcome: inout Outcome) {
        for name in names {
            do throws(SystemError) {
                try Files.remove(path(name))
            } catch {
                outcome.errors.append("\(error)")
            }
        }
    }

    private func rotate(_ names: [String], _ now: Int64, _ outcome: inout Outcome) {
        for name in names {
            let target = path(name) + "." + RotatedName.text(now)
            do throws(SystemError) {
                guard !Files.exists(target) else { continue }
                if log.method == .truncate {
                    try copyAndTruncate(path(name), to: target)
                } else {
                    try Files.move(path(name), to: target)
                    outcome.mustReopen = outcome.mustReopen || log.reopen != nil
                }
            } catch {
                outcome.errors.append("\(error)")
            }
        }
    }

    private func complain(of names: [String], _ outcome: inout Outcome) {
        guard !names.isEmpty else { return }
        if log.reopen != nil {
            outcome.mustReopen = true
        } else {
            let right = "give reopen, or method = \"truncate\""
            outcome.errors.append("\(path(names[0])) is still written to: its program has not reopened it (\(right))")
        }
    }

    /// What is written between the last read and the cut is lost: there is no call that does both.
    private func copyAndTruncate(_ path: String, to target: String) throws(SystemError) {
        let source = try Descriptor(opening: path, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
        let status = try FileStatus(of: source.raw)
        guard status.kind == .regular else { throw SystemError(code: EINVAL, call: "copy", subject: path) }
        let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { space.deallocate() }
        do throws(SystemError) {
            let copy = try Descriptor(
                opening: target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: status.rights & 0o777)
            let limit = status.size * 2 + (64 << 20)
            var done: Int64 = 0
            try Self.copy(source, from: &done, to: copy, limit, space)
            try copy.sync()
            // What came meanwhile is little, and so is what comes between this and the cut.
            try Self.copy(source, from: &done, to: copy, limit, space)
            try source.truncate(to: 0)
        } catch {
            try? Files.remove(target)
            throw SystemError(code: error.code, call: error.call, subject: path)
        }
    }

    private static func copy(
        _ source: borrowing Descriptor, from offset: inout Int64, to copy: borrowing Descriptor, _ limit: Int64,
        _ space: UnsafeMutableRawBufferPointer
    ) throws(SystemError) {
        while true {
            let count = try source.read(into: space, at: offset)
            if count == 0 { return }
            try copy.write(UnsafeRawBufferPointer(rebasing: space[..<count]), at: offset)
            offset += Int64(count)
            // It grows as fast as it is copied.
            guard offset <= limit else { throw SystemError(code: EBUSY, call: "copy", subject: "") }
        }
    }
}
