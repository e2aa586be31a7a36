// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostWire

/// One word that names services.
enum Selector {
    /// `all`
    case all
    /// `tag:edge`
    case tag(String)
    /// `gate*`, `worker@[12]`: as the shell does it.
    case glob(String)
    /// `gateway`, `gateway@2`: one service, or all instances of a family.
    case name(String)

    /// What help says of it wherever services are named.
    static let help =
        "A NAME is a service, an instance (gateway@2), a service with all of its instances, a pattern as the shell "
        + "has it ('gate*'), tag:TAG, or all."

    init(_ word: String) {
        if word == "all" {
            self = .all
        } else if word.hasPrefix("tag:") {
            self = .tag(String(word.dropFirst("tag:".count)))
        } else if word.utf8.contains(where: { "*?[".utf8.contains($0) }) {
            self = .glob(word)
        } else {
            self = .name(word)
        }
    }

    /// Whether it names this service. A name does so by itself, or by its family.
    func matches(_ service: ServiceBrief) -> Bool {
        switch self {
        case .all: true
        case .tag(let tag): service.tags.contains(tag)
        case .glob(let pattern): fnmatch(pattern, service.name, 0) == 0
        case .name(let name): service.name == name || service.family == name
        }
    }

    /// Why nothing is named by it, and what was probably meant.
    func failure(among services: [ServiceBrief]) -> Failure {
        let names = services.map(\.name)
        let listed = names.isEmpty ? "no service is configured" : "there is: " + Self.list(names)
        switch self {
        case .all: return Failure(.noSuchName, "no service is configured")
        case .tag(let tag):
            let tags = Set(services.flatMap(\.tags)).sorted()
            let near = Nearest.to(tag, among: tags).map { "did you mean tag:\($0)?" }
            let hint = near ?? (tags.isEmpty ? "no service has a tag" : "tags: " + Self.list(tags))
            return Failure(.noSuchName, "no service has the tag \"\(CleanText.of(tag))\" (\(hint))")
        case .glob(let pattern):
            return Failure(.noSuchName, "no service matches \"\(CleanText.of(pattern))\" (\(listed))")
        case .name(let name):
            let known = names + Set(services.map(\.family)).subtracting(names).sorted()
            let near = Nearest.to(name, among: known).map { "did you mean \($0)?" }
            return Failure(.noSuchName, "no service is called \"\(CleanText.of(name))\" (\(near ?? listed))")
        }
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(20).map(CleanText.of).joined(separator: ", ")
        return names.count > 20 ? shown + ", …" : shown
    }
}
