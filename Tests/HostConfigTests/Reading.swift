// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// The errors of one file, `hostd.toml`, as people see them.
func errors(_ text: String) -> [String] {
    errors([("hostd.toml", text)])
}

/// The errors of several files.
func errors(_ files: [(path: String, text: String)]) -> [String] {
    switch ConfigurationReader.read(files: files) {
    case .success: []
    case .failure(let errors): errors.errors.map(\.description)
    }
}

/// The one error of a service `a` that has a command and `line` as its third line, without `hostd.toml:3:`.
func error(_ line: String) -> String {
    let all = errors("[service.a]\ncommand = [\"x\"]\n" + line)
    guard all.count == 1, let text = all.first, text.hasPrefix("hostd.toml:3:") else { return "\(all)" }
    return String(text.dropFirst("hostd.toml:3:".count))
}

/// The configuration that files say together; records their errors.
func configuration(_ files: [(path: String, text: String)]) throws -> HostConfiguration {
    switch ConfigurationReader.read(files: files) {
    case .success(let configuration): return configuration
    case .failure(let errors):
        Issue.record("\(errors)")
        throw errors
    }
}

/// The service `a` that `lines` describe below its header.
func service(_ lines: String) throws -> ServiceSpecification {
    let text = "[service.a]\n" + (lines.hasPrefix("command") ? "" : "command = [\"x\"]\n") + lines
    return try #require(try configuration([("hostd.toml", text)]).services.first)
}
