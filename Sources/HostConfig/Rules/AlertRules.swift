// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold between the keys of one alert, and what comes of them.
enum AlertRules {
    /// Which keys go with which route alone.
    private static let companions: [(key: String, routes: [String])] = [
        ("format", ["webhook"]), ("smtp", ["mail"]), ("from", ["mail"]), ("password_file", ["mail"]),
        ("user", ["mail", "exec"]),
    ]

    /// Checks what was read of the table at `place`.
    static func check(_ draft: inout AlertDraft, _ place: Place, _ checking: inout Checking) {
        let path = checking.currentPath
        guard let route = AlertSection.routes.first(where: { checking.place(of: "\(path).\($0)") != nil }) else {
            checking.report("goes nowhere (give one of \(AlertSection.routes.joined(separator: ", ")))", at: place)
            return
        }
        for (key, routes) in companions where !routes.contains(route) && checking.place(of: "\(path).\(key)") != nil {
            checking.report(
                path: "\(path).\(key)",
                "goes with \(routes.joined(separator: " and ")), not with \(route) (leave it out)")
        }
        if checking.place(of: path + ".on") == nil {
            checking.report("tells of nothing (write on = [\"service.looping\", \"*.critical\"])", at: place)
        } else if draft.on.isEmpty, checking.errorCount == 0 {
            checking.report(path: path + ".on", "tells of nothing (write [\"service.looping\", \"*.critical\"])")
        }
        if route == "mail" { checkMail(draft, path, place, &checking) }
        if draft.format == .telegram, let url = draft.webhook, !hasChat(url) {
            checking.report(
                path: path + ".webhook", "does not say which chat (end the URL with \"/sendMessage?chat_id=…\")")
        }
    }

    private static func checkMail(
        _ draft: AlertDraft, _ path: String, _ place: Place, _ checking: inout Checking
    ) {
        if checking.place(of: path + ".smtp") == nil {
            checking.report("no server takes the mail (write smtp = \"smtp://127.0.0.1:25\")", at: place)
        }
        let hasUser = checking.place(of: path + ".user") != nil
        let hasPassword = checking.place(of: path + ".password_file") != nil
        if hasUser, !hasPassword {
            checking.report(path: path + ".user", "has no password (give password_file too)")
        } else if hasPassword, !hasUser {
            checking.report(path: path + ".password_file", "is nobody's password (give user too)")
        }
    }

    private static func hasChat(_ url: String) -> Bool {
        guard let mark = url.firstIndex(of: "?") else { return false }
        return url[mark...].dropFirst().split(separator: "&").contains { $0.hasPrefix("chat_id=") }
    }

    /// The alerts of drafts without errors, each under a key of its own.
    static func specifications(_ drafts: [AlertDraft]) -> [AlertSpecification] {
        var keys: Set<String> = []
        return drafts.enumerated().compactMap { index, draft in
            guard let (word, target) = target(of: draft) else { return nil }
            let given = draft.name ?? "\(word)-\(String(digest(of: target), radix: 16))"
            var key = given
            var further = 2
            while !keys.insert(key).inserted {
                key = "\(given)#\(further)"
                further += 1
            }
            return AlertSpecification(
                name: draft.name ?? "\(index + 1)", key: key, target: target, on: draft.on, quiet: draft.quiet)
        }
    }

    private static func target(of draft: AlertDraft) -> (String, AlertSpecification.Target)? {
        if let url = draft.webhook { return ("webhook", .webhook(url: url, format: draft.format)) }
        if let command = draft.command { return ("exec", .exec(command, user: draft.user)) }
        guard let to = draft.mail, let server = draft.smtp else { return nil }
        let mail = AlertMail(
            to: to, from: draft.from, server: server, user: draft.user, passwordFile: draft.passwordFile)
        return ("mail", .mail(mail))
    }

    /// FNV-1a of where it goes: the same in each life of hostd.
    private static func digest(of target: AlertSpecification.Target) -> UInt64 {
        let text =
            switch target {
            case .webhook(let url, _): url
            case .mail(let mail): "\(mail.to) \(mail.server)"
            case .exec(let command, let user): command.joined(separator: "\0") + "\0\(user ?? "")"
            }
        return text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
