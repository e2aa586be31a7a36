// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Says that something in some folders has moved (inotify(7)): names that come and go, files that were written.
public final class FolderWatch {
    private static let events: UInt32 =
        UInt32(IN_CREATE) | UInt32(IN_DELETE) | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_CLOSE_WRITE)
        | UInt32(IN_ATTRIB) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ONLYDIR)

    private let descriptor: Descriptor
    /// The kernel's numbers by path.
    private var watches: [String: Int32] = [:]

    /// A watch of no folders.
    public init() throws(SystemError) {
        let flags = Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)
        descriptor = Descriptor(owning: try check("inotify_init1") { inotify_init1(flags) })
    }

    /// Readable when something has moved.
    public var raw: Int32 { descriptor.raw }

    /// Watches these folders and no others. One that is not there is tried again with the next call.
    public func watch(_ folders: Set<String>) {
        for (path, number) in watches where !folders.contains(path) {
            inotify_rm_watch(descriptor.raw, number)
            watches[path] = nil
        }
        for path in folders where watches[path] == nil {
            let number = inotify_add_watch(descriptor.raw, path, Self.events)
            if number >= 0 { watches[path] = number }
        }
    }

    /// Whether all of these folders are watched: a change in any of them is heard.
    public func covers(_ folders: Set<String>) -> Bool { folders.allSatisfy { watches[$0] != nil } }

    /// Forgets all folders: the paths may mean others now, after a mount. They are watched anew when `watch` names
    /// them.
    public func forgetAll() { watch([]) }

    /// Takes what has moved. Folders that are gone are watched again when `watch` names them the next time.
    public func drain() {
        while let bytes = try? descriptor.read(upTo: 16384), !bytes.isEmpty {
            bytes.withUnsafeBytes { buffer in
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= buffer.count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    if event.mask & (UInt32(IN_IGNORED) | UInt32(IN_MOVE_SELF)) != 0 { forget(event.wd) }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
    }

    private func forget(_ number: Int32) {
        inotify_rm_watch(descriptor.raw, number)
        watches = watches.filter { $0.value != number }
    }
}
