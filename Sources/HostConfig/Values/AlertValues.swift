// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<String> {
    /// A URL that is a secret from its path on: no message and no page shows it whole.
    static let secretWebAddress = ValueType(
        "URL", hint: webHint,
        read: { node, checking in
            guard case .text(let text) = node.value else {
                checking.report("this is \(node.typeName) (write \(webHint))", at: node.place)
                return nil
            }
            do throws(ValueError) {
                try WebAddress.check(text)
                return text
            } catch {
                // Its own words may quote all of the URL.
                checking.report("is no http or https URL (write \(webHint))", at: node.place)
                return nil
            }
        }, show: { tomlString(AlertSpecification.masked($0)) }, identity: { $0 })

    private static let webHint = "a URL, like \"https://hooks.example.com/…\""

    /// One address of a mail.
    static let mailAddress = ValueType(
        "mail address", hint: "a mail address, like \"ops@example.com\"",
        read: { node, checking in
            guard let text = node.string(hint: "a mail address, like \"ops@example.com\"", &checking) else {
                return nil
            }
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isFine =
                parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 254
                && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Array("<>,;:\"\\()[]".utf8).contains($0) }
            if isFine { return text }
            checking.report("\(quoted(text)) is no mail address (write one like \"ops@example.com\")", at: node.place)
            return nil
        }, show: tomlString)

    /// An SMTP server as a URL.
    static let mailServer = ValueType(
        "URL", hint: serverHint,
        read: { node, checking in
            guard let text = node.string(hint: serverHint, &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in
                let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3, ["smtp:", "smtps:"].contains(parts[0]), parts[1].isEmpty else {
                    throw ValueError(message: "\(quoted(text)) is no mail server (write \(serverHint))")
                }
                let (host, port) = try Endpoint.split(String(parts[2]))
                _ = try Endpoint.checkedHost(host, of: text)
                if let port { _ = try Endpoint.checkedPort(port, of: text) }
                return text
            }
        }, show: tomlString)

    private static let serverHint = "a URL, like \"smtp://mail.example.com:25\""
}

extension ValueType<AlertPattern> {
    /// What an alert tells of.
    static let alertPattern = ValueType(
        "pattern", hint: "a pattern, like \"service.looping\"",
        read: { node, checking in
            guard let text = node.string(hint: "a pattern, like \"service.looping\"", &checking) else { return nil }
            if let pattern = AlertPattern(text) { return pattern }
            let right = Suggestion.nearest(to: text, among: AlertNames.all)
            let hint = right.map { "did you mean \"\($0)\"?" } ?? "write one like \"service.looping\" or \"*.critical\""
            checking.report("\(quoted(text)) names nothing that happens (\(hint))", at: node.place)
            return nil
        }, show: { tomlString($0.text) })
}
