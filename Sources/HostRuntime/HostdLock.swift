// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// There is one hostd for a runtime folder.
struct HostdLock: ~Copyable {
    private let file: Descriptor

    /// Takes `run/hostd.lock` and writes our pid into it. Refuses with the pid of the hostd that has it.
    init(_ folders: Folders) throws(FolderError) {
        let path = folders.run + "/hostd.lock"
        do throws(SystemError) {
            let opened = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW)
            guard try opened.tryLock() else {
                let text = (try? Files.readText(path, limit: 64)) ?? ""
                let pid = text.prefix { !$0.isNewline }
                throw SystemError(code: EBUSY, call: "use", subject: "\(folders.run), which hostd with pid \(pid) has")
            }
            try opened.truncate(to: 0)
            try opened.write(all: "\(getpid())\n".utf8)
            file = opened
        } catch {
            throw FolderError(description: "\(error)")
        }
    }

    /// The end of the program lets it go.
    consuming func release() {}
}
