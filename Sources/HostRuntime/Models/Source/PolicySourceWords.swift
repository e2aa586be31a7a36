// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostFetch

/// What answers of a server mean, and how it is named.
nonisolated enum PolicySourceWords {
    static let deadDisk = "the disk does not answer"

    /// A URL without its query, which may hold a secret.
    static func shown(_ url: String) -> String { String(url.prefix { $0 != "?" && $0 != "#" }) }

    /// What an answer means that is no content.
    static func answer(_ result: DownloadResult) -> PolicySourceMachine.Answer {
        switch result {
        case .failure(let why): return .unreached(why)
        case .answer(let answer):
            switch answer.status {
            case 200: return .refused("it has more than \(ConfigurationFile.sizeLimit >> 20) MiB")
            case 304: return .unchanged
            case 300..<400:
                let place = answer.location.map { " to \(clean(shown($0)))" } ?? ""
                return .refused(
                    "status \(answer.status): a redirect\(place), which is not followed (give the address itself)")
            case 408, 425, 429, 500...: return .busy("status \(answer.status)", retryAfter: answer.retryAfter)
            default: return .refused("status \(answer.status)")
            }
        }
    }

    private static func clean(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    }
}
