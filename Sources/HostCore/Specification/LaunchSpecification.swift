// SPDX-License-Identifier: Apache-2.0

/// What is started: everything that the keeper does between clone and exec. The machines never look inside.
public struct LaunchSpecification: Hashable, Sendable {
    /// One resource limit (setrlimit(2)).
    public struct ResourceLimit: Hashable, Sendable {
        /// The name without `RLIMIT_`, in lower case: `nofile`, `core`, `as`, `nproc`.
        public var name: String
        /// The soft and hard value; nil is no limit.
        public var value: UInt64?

        /// Sets soft and hard limit of `name` to `value`.
        public init(name: String, value: UInt64?) {
            self.name = name
            self.value = value
        }
    }

    /// Program and arguments; a program without a slash is looked up in the child's PATH.
    public var command: [String]
    /// Working folder; nil is the user's home, or `/`.
    public var directory: String?
    /// User by name or number; nil is hostd's own.
    public var user: String?
    /// Group by name or number; nil is the user's primary group.
    public var group: String?
    /// Supplementary groups by name or number; nil is what the group database says of the user.
    public var groups: [String]?
    /// File mode creation mask; nil is 0022.
    public var umask: UInt32?
    /// Nice value; nil leaves hostd's.
    public var nice: Int32?
    /// Value for /proc/PID/oom_score_adj; nil is 0.
    public var oomScoreAdjust: Int32?
    /// Limits that differ from hostd's own.
    public var limits: [ResourceLimit]
    /// What the configuration adds to the child's environment.
    public var environment: [String: String]
    /// A file of NAME=value lines, read at each launch.
    public var environmentFile: String?
    /// Where hostd listens for it: the child gets these sockets.
    public var listen: [HeldAddress]

    /// Which Node it runs on.
    public var node: NodeWish
    /// How much its unit locks it in.
    public var sandbox: Sandbox
    /// What the configuration says of its unit, each name once, in the order of the names.
    public var unit: [UnitSetting]

    /// What systemd is told of its unit for that.
    public var unitProperties: [UnitProperty] { unit.flatMap(\.properties) }

    /// A launch of `command` with everything else at its default.
    public init(
        command: [String], directory: String? = nil, user: String? = nil, group: String? = nil,
        groups: [String]? = nil, umask: UInt32? = nil, nice: Int32? = nil, oomScoreAdjust: Int32? = nil,
        limits: [ResourceLimit] = [], environment: [String: String] = [:], environmentFile: String? = nil,
        listen: [HeldAddress] = [], node: NodeWish = .any,
        sandbox: Sandbox = .none, unit: [UnitSetting] = []
    ) {
        self.command = command
        self.directory = directory
        self.user = user
        self.group = group
        self.groups = groups
        self.umask = umask
        self.nice = nice
        self.oomScoreAdjust = oomScoreAdjust
        self.limits = limits
        self.environment = environment
        self.environmentFile = environmentFile
        self.listen = listen
        self.node = node
        self.sandbox = sandbox
        self.unit = unit
    }
}
