// SPDX-License-Identifier: Apache-2.0

/// What may go of a cache that programs are known to keep below the home of their user, and when: files that stand for
/// themselves, each of which the program makes or fetches again when it is missing. Caches whose files belong together
/// (unpacked browsers, the store of uv or pnpm) have no rule: old and in use look the same there.
public enum CacheRule {
    private static let day: Duration = .seconds(86400)

    /// By the name in `disk.clean`: the files below the home, and how long they must not have been written.
    public static let all: [String: [(path: String, older: Duration)]] = [
        // Content by its digest, checked at each use, and what npm said of its runs.
        "npm": [(".npm/_cacache/*", day * 3), (".npm/_logs/*", day * 3)],
        "yarn": [(".cache/yarn/*", day * 7)],
        // Answers of the index and wheels that were built.
        "pip": [(".cache/pip/*", day * 3)],
        // Logs and snapshots; what jobs are resumed from (projects) is none of it.
        "claude-code": [
            (".cache/claude-cli-nodejs/*", day * 7), (".claude/debug/*", day * 7),
            (".claude/shell-snapshots/*", day * 7),
        ],
        // Headers, fetched for each version of Node.
        "node-gyp": [(".cache/node-gyp/*", day * 30)],
        // What go build removes by itself after five days without use.
        "go-build": [(".cache/go-build/*", day * 6)],
    ]

    /// The names in order.
    public static var names: [String] { all.keys.sorted() }
}
