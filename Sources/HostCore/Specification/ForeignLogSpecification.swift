// SPDX-License-Identifier: Apache-2.0

/// Files that another program writes, and what is done about their growth.
public struct ForeignLogSpecification: Hashable, Sendable {
    /// How a file that has reached its size gives way.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// It gets another name; the program makes a new one, by itself or when it is told to reopen.
        case rename
        /// It is copied and emptied; what is written between the two is lost.
        case truncate
        /// The program makes new files by itself; old ones are removed.
        case delete
    }

    /// How a program is told that its file has another name.
    public enum Reopen: Hashable, Sendable {
        /// This signal goes to the main process of a service.
        case signal(Int32, service: ServiceName)
        /// This command is run, with the rights of who owns the folder.
        case exec([String])
    }

    /// Its name in the configuration.
    public var name: ServiceName
    /// An absolute path; in its last part `*`, `?` and `[…]` stand for what they do in a shell.
    public var path: String
    /// How a file gives way.
    public var method: Method
    /// A file of this size gives way.
    public var maxSizeBytes: UInt64?
    /// So many old files of each are kept; nil: any number.
    public var keep: Int?
    /// Older ones are removed; zero: none is for its age.
    public var maxAge: Duration
    /// All files together take no more: the oldest are removed first.
    public var totalBytes: UInt64?
    /// How the program is told; nil: it need not be.
    public var reopen: Reopen?
    /// Whose rights are used; nil: those of the folder's owner.
    public var user: String?

    /// Files with these settings.
    public init(
        name: ServiceName, path: String, method: Method = .delete, maxSizeBytes: UInt64? = nil, keep: Int? = nil,
        maxAge: Duration = .zero, totalBytes: UInt64? = nil, reopen: Reopen? = nil, user: String? = nil
    ) {
        self.name = name
        self.path = path
        self.method = method
        self.maxSizeBytes = maxSizeBytes
        self.keep = keep
        self.maxAge = maxAge
        self.totalBytes = totalBytes
        self.reopen = reopen
        self.user = user
    }

    /// The part of the path that is a folder.
    public var folder: String {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        return folder.isEmpty ? "/" : folder
    }

    /// The part of the path that names files.
    public var pattern: String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }
}
