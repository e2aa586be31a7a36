// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// There is one hostd for a runtime folder.
struct HostdLock: ~Copyable {
    private let file: Descriptor

    private static let triesForTheDead = 200
    private static let pauseMicroseconds: UInt32 = 10_000

    /// Takes `run/hostd.lock` and writes our pid into it. Refuses with the pid of the hostd that has it.
    init(_ folders: Folders) throws(FolderError) {
        let path = folders.run + "/hostd.lock"
        do throws(SystemError) {
            let opened = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
            var tries = 0
            while try !opened.tryLock() {
                let text = (try? Files.readText(path, limit: 64)) ?? ""
                let pid = text.prefix { !$0.isNewline }
                // A child that a hostd had cloned when it was killed has its lock until it gets to its exec.
                let isGone = Int32(pid).map { kill($0, 0) != 0 && errno == ESRCH } ?? false
                guard isGone, tries < Self.triesForTheDead else {
                    let subject = "\(folders.run), which hostd with pid \(pid) has"
                    throw SystemError(code: EBUSY, call: "use", subject: subject)
                }
                tries += 1
                usleep(Self.pauseMicroseconds)
            }
            try opened.truncate(to: 0)
            try opened.write(all: "\(getpid())\n".utf8)
            file = opened
        } catch {
            throw FolderError(description: "\(error)")
        }
    }

    /// The lock that the hostd before this one in the same process held, where `raw` is that, else a new one.
    static func take(_ folders: Folders, inherited raw: Int32?) throws(FolderError) -> HostdLock {
        if let raw, let file = Takeover.inherit(raw), let own = try? FileStatus(of: file.raw),
            let named = try? FileStatus(at: folders.run + "/hostd.lock"), own.inode == named.inode
        {
            return HostdLock(file: file)
        }
        return try HostdLock(folders)
    }

    private init(file: consuming Descriptor) {
        self.file = file
    }

    /// The number, for the next hostd.
    var raw: Int32 { file.raw }

    /// The end of the program lets it go.
    consuming func release() {}
}
