// SPDX-License-Identifier: Apache-2.0

/// How the body of a webhook looks.
public enum AlertFormat: String, Hashable, Sendable, CaseIterable {
    /// All fields (docs/alerts.md).
    case json
    /// What Slack, Mattermost and Rocket.Chat take.
    case slack
    /// What Discord takes.
    case discord
    /// What sendMessage of Telegram's bots takes; the chat stands in the URL.
    case telegram

    /// One shape.
    struct Shape {
        /// JSON in which `${field}` stands for the field as a JSON value.
        let template: String
        /// The longest line that the other side takes, in characters.
        let lineLimit: Int
    }

    private static let shapes: [AlertFormat: Shape] = [
        .json: Shape(
            template: """
                {"id":${id},"status":${status},"event":${event},"subject":${subject},"severity":${severity},\
                "text":${text},"line":${line},"host":${host},"at":${at},"repeats":${repeats},"dropped":${dropped}}
                """, lineLimit: 4000),
        .slack: Shape(template: #"{"text":${escaped}}"#, lineLimit: 4000),
        .discord: Shape(template: #"{"content":${line},"allowed_mentions":{"parse":[]}}"#, lineLimit: 1900),
        .telegram: Shape(template: #"{"text":${line},"disable_web_page_preview":true}"#, lineLimit: 4000),
    ]

    /// The body that tells of `message`; `at` is its time as RFC 3339.
    public func body(_ message: AlertMessage, host: String, at: String) -> String {
        let shape = Self.shapes[self] ?? Shape(template: "{}", lineLimit: 0)
        var line = message.line(host: host)
        if line.count > shape.lineLimit { line = line.prefix(shape.lineLimit) + "…" }
        let values = message.fields(host: host, at: at, line: line)
        var result = ""
        var rest = shape.template[...]
        while let mark = rest.firstIndex(of: "$") {
            result += rest[..<mark]
            let name = rest[mark...].dropFirst(2).prefix { $0 != "}" }
            result += values[String(name)] ?? "null"
            rest = rest[mark...].dropFirst(name.count + 3)
        }
        return result + rest
    }
}

extension AlertMessage {
    /// Its fields as JSON values, by the names that templates have for them.
    func fields(host: String, at: String, line: String) -> [String: String] {
        // Slack reads three characters as marks of its own, for links and for calling everybody.
        let escaped = line.reduce(into: "") { text, character in
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            default: text.append(character)
            }
        }
        return [
            "id": "\(id)", "status": Self.quoted(status.rawValue), "event": Self.quoted(occasion.name),
            "subject": Self.quoted(occasion.subject), "severity": Self.quoted(occasion.severity.rawValue),
            "text": Self.quoted(occasion.text), "line": Self.quoted(line), "escaped": Self.quoted(escaped),
            "host": Self.quoted(host), "at": Self.quoted(at), "repeats": "\(repeats)", "dropped": "\(dropped)",
        ]
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
