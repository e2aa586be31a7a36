// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// Where the programs are that hostd starts.
nonisolated struct Programs {
    let keeper: String
    let logger: String

    /// Looks beside hostd's own binary and where `make install` puts them.
    static func find() -> Result<Programs, FolderError> {
        let own = Files.linkTarget("/proc/self/exe") ?? "/usr/local/sbin/hostd"
        let folder = String(own[..<(own.lastIndex(of: "/") ?? own.endIndex)])
        let places = [folder, folder + "/../libexec/hostd", folder + "/../lib/hostd"]
        func path(_ name: String) -> String? {
            places.map { "\($0)/\(name)" }.first(where: Files.exists)
        }
        guard let keeper = path("hostd-keeper"), let logger = path("hostd-logger") else {
            let text = "hostd-keeper and hostd-logger are not found (looked in \(places.joined(separator: ", ")))"
            return .failure(FolderError(description: text))
        }
        return .success(Programs(keeper: keeper, logger: logger))
    }
}
