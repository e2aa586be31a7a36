// SPDX-License-Identifier: Apache-2.0

/// What is watched of the disks, and what may go when one is full.
public struct DiskSpecification: Hashable, Sendable {
    /// Files that may go when room is needed.
    public struct Cleaning: Hashable, Sendable {
        /// An absolute path, or one below the home of `user` ("~/"); in its last part `*`, `?` and `[…]` stand for what
        /// they do in a shell. Of a folder that it names the files in it and below it are meant. Empty for a cache.
        public var path: String
        /// Only files that were not written for so long; of a cache nil: as its rule says.
        public var older: Duration?
        /// Whose rights are used; nil: those of the folder's owner.
        public var user: String?
        /// The rule that says which files; nil: `path` does.
        public var cache: String?

        /// Files that may go.
        public init(path: String, older: Duration, user: String? = nil) {
            self.path = path
            self.older = older
            self.user = user
        }

        /// What a rule lets go of the cache of a user.
        public init(cache: String, older: Duration? = nil, user: String) {
            path = ""
            self.older = older
            self.user = user
            self.cache = cache
        }

        /// One by one, each with its path and age.
        public var places: [Cleaning] {
            guard let cache, let user else { return [self] }
            return (CacheRule.all[cache] ?? []).map {
                Cleaning(path: "~/\($0.path)", older: older ?? $0.older, user: user)
            }
        }

        /// The part of the path that is a folder.
        public var folder: String {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
            return folder.isEmpty ? "/" : folder
        }

        /// The last part of the path.
        public var pattern: String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }
    }

    /// The file systems of these folders are watched, besides those of hostd's own folders.
    public var paths: [String]
    /// Room that is held back for an emergency; zero: none.
    public var reserveBytes: UInt64
    /// What may go when room is needed.
    public var clean: [Cleaning]
    /// From one look to the next.
    public var interval: Duration
    /// There must have been room for so long until the condition is over.
    public var settle: Duration

    /// The settings; the defaults are those of the configuration.
    public init(
        paths: [String] = ["/"], reserveBytes: UInt64 = 0, clean: [Cleaning] = [], interval: Duration = .seconds(10),
        settle: Duration = .seconds(300)
    ) {
        self.paths = paths
        self.reserveBytes = reserveBytes
        self.clean = clean
        self.interval = interval
        self.settle = settle
    }
}
