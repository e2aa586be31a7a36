// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
public import HostLinux
public import HostNode
internal import HostWire

/// The store as a folder: who may change it, one at a time, and what is left of changes that were broken off.
extension NodeStore {
    /// Where archives are downloaded to and unpacked.
    var workFolder: String { path + "/.work" }

    /// The folder that the store is in.
    private var stateFolder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    /// Makes the store where it is missing, and locks it for changes; `waits` is called when somebody else has it
    /// locked, before that is waited for. The lock is held as long as the descriptor.
    public func lock(waits: () -> Void) throws(InstallError) -> Descriptor {
        try checkRights()
        do throws(SystemError) {
            let file = try lockFile()
            if try !file.tryLock() {
                waits()
                try file.lock()
            }
            return file
        } catch {
            guard [EACCES, EPERM, EROFS].contains(error.code) else { throw .failed("\(error)") }
            throw InstallError(.notPermitted, "\(error) (the store belongs to the user who runs hostd)")
        }
    }

    private func lockFile() throws(SystemError) -> Descriptor {
        try Files.makeFolder(stateFolder, mode: 0o711)
        try Files.makeFolder(path, mode: 0o755)
        try Files.makeFolder(workFolder, mode: 0o700)
        // Whatever the umask was: services of other users run what is in here.
        try Files.setMode(path, 0o755)
        return try Descriptor(opening: workFolder + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW)
    }

    /// Folders that others can write are refused, that of hostd's state first.
    private func checkRights() throws(InstallError) {
        for folder in [stateFolder, path, workFolder] {
            if let complaint = Trust.ofOwnFiles.complaint(at: folder) { throw .failed(complaint) }
        }
    }

    /// Lets services that run as other users reach the store: they may pass through the state folder, and see nothing
    /// in it.
    func letOthersPass() throws(SystemError) {
        guard FileRights.areRoots else { return }
        let rights = try FileStatus(at: stateFolder).rights
        if rights & 0o011 != 0o011 { try Files.setMode(stateFolder, rights | 0o011) }
    }

    /// Removes what broken-off changes have left, but for the download `kept`, which can go on. The store is locked.
    func tidy(keeping kept: String? = nil) {
        for name in (try? Files.list(workFolder)) ?? [] where name != "lock" {
            if let kept, name == kept || name == kept + ".tag" { continue }
            try? FileTree.remove("\(workFolder)/\(name)")
        }
    }

    /// The versions that are installed, the oldest first.
    public var versions: [NodeVersion] {
        let names = (try? Files.list(path)) ?? []
        return names.filter { $0.hasPrefix("v") }.compactMap { NodeVersion($0) }.sorted()
    }

    /// Takes a version away. The store is locked, and nobody uses that version.
    public func remove(_ version: NodeVersion) throws(InstallError) {
        tidy()
        do throws(SystemError) {
            try retire(folder(of: version))
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Takes a folder away at once as others see it, then file by file.
    func retire(_ folder: String) throws(SystemError) {
        let place = workFolder + "/old"
        try FileTree.remove(place)
        // Whoever moves a folder writes to it, for it has another parent then.
        try Files.setMode(folder, 0o755)
        try Files.move(folder, to: place)
        try FileSystemRoom.sync(at: path)
        try FileTree.remove(place)
    }
}
