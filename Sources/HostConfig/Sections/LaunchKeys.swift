// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The keys of `[service.NAME]` and of `[kind.NAME]` that say as whom, where and in which environment a program runs.
enum LaunchKeys {
    /// The keys; `other` says whose rights it has when no user is given.
    static func keys(other: String) -> [Key<LaunchSpecification>] {
        [
            Key(
                "directory", .path, \.directory, also: ["cwd", "workdir", "working_directory", "dir"],
                "The working folder; the user's home if not given."),
            Key(
                "user", .account, \.user, also: ["uid"],
                "Runs as this user; \(other) if not given."),
            Key(
                "group", .account, \.group, also: ["gid"],
                "Runs with this group; the user's primary group if not given."),
            Key(
                "groups", .list(of: .account, "groups", atMost: 64), \.groups,
                also: ["supplementary_groups"],
                "Supplementary groups; those of the user if not given."),
            Key("umask", .fileMask, \.umask, "File mode creation mask; \"022\" if not given."),
            Key("nice", .integer(-20...19), \.nice, "Nice value; hostd's if not given."),
            Key(
                "oom_score_adj", .integer(-1000...1000), \.oomScoreAdjust,
                "How readily the kernel kills it when memory runs out; 0 if not given."),
            Key(
                "env", .environment, merging: \.environment, also: ["environment"],
                "Environment variables."),
            Key(
                "env_file", .secretPlace, \.environmentFile, also: ["environment_file"],
                "A file of NAME=value lines, or credential:NAME for one that systemd hands to hostd; read at each "
                    + "launch."),
            Key(
                "node", .nodeWish, \.node, also: ["node_version", "runtime"],
                "Run on the pinned Node, first in PATH, and refuse to start on another: true for that of "
                    + "`node.version`, or a version for a pin of its own. A file, like \".nvmrc\", stands in "
                    + "`directory`."
            ),
            Key(
                "sandbox", .choice(), \.sandbox, also: ["hardening", "isolation", "protect"],
                "How much its unit locks it in ([units.md](units.md)): the host cannot be changed, or little more than "
                    + "`directory` can be written to. With the systemd launcher."),
            .unit,
        ]
    }
}
