// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// `litellm` with `config`: the proxy's configuration file.
nonisolated enum LiteLLMTarget {
    static func apply(_ work: TargetHelper.Work, _ path: String) throws(TargetFailure) -> String? {
        let text = LiteLLMText(work.order.models, prefix: work.order.target.prefix ?? "")
        var old: String?
        if Files.exists(path) {
            guard let read = String(validating: try TargetFile(reading: path).bytes, as: UTF8.self) else {
                throw TargetFailure("\(path) is not UTF-8")
            }
            old = read
        }
        let bytes = Array(try text.merged(into: old, path: path).utf8)
        try TargetFailure.of { () throws(SystemError) in try Files.renew(path, with: bytes, mode: 0o644) }
        return SHA256.hex(of: bytes)
    }
}
