// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Reads the tables `[log.NAME]`, and checks what must hold between their keys.
struct ForeignLogReader {
    let name: ServiceName
    /// What each file says of it, the first one first.
    let files: [TomlNode]
    /// False when a file could not be read to its end: what is missing may stand there.
    let isComplete: Bool
    /// The names of all services.
    let services: [ServiceName]

    private var path: String { "log.\(name)" }

    /// The log with its draft; nil after an error that leaves nothing of it.
    func read(_ checking: inout Checking) -> (draft: ForeignLogDraft, log: ForeignLogSpecification)? {
        var draft = ForeignLogSection.section.empty
        checking.inside("log") { checking in
            checking.inside(name.text) { checking in
                for table in files { ForeignLogSection.section.apply(table, to: &draft, &checking) }
            }
        }
        guard let pattern = draft.path else {
            if isComplete, checking.place(of: path + ".path") == nil {
                checking.report(path: path, "no path (write path = \"/var/log/app/*.log\")")
            }
            return nil
        }
        let method = draft.method ?? (draft.maxSizeBytes == nil ? .delete : .rename)
        let log = ForeignLogSpecification(
            name: name, path: pattern, method: method, maxSizeBytes: draft.maxSizeBytes, keep: draft.keep,
            maxAge: draft.maxAge, totalBytes: draft.totalBytes, reopen: reopen(draft.reopen, &checking),
            user: draft.user)
        checkPath(log, &checking)
        if isComplete { checkKeys(log, &checking) }
        return (draft, log)
    }

    private func checkPath(_ log: ForeignLogSpecification, _ checking: inout Checking) {
        let place = path + ".path"
        if log.pattern.isEmpty {
            checking.report(path: place, "\(quoted(log.path)) names no files (write one like \"/var/log/app/*.log\")")
        } else if log.folder.contains(where: { "*?[".contains($0) }) {
            checking.report(
                path: place, "\(quoted(log.path)) has a wildcard in its folder (they stand in the last part only)")
        } else if log.path.utf8.count > 1024 || log.path.unicodeScalars.contains(where: { $0.value < 32 }) {
            checking.report(path: place, "is no path that could be one of a log (at most 1024 bytes, on one line)")
        }
    }

    private func checkKeys(_ log: ForeignLogSpecification, _ checking: inout Checking) {
        if log.method == .delete {
            for key in ["max_size", "reopen"] where checking.place(of: "\(path).\(key)") != nil {
                checking.report(
                    path: "\(path).\(key)", "goes with rename and truncate, not with delete (leave it out)")
            }
        } else if log.maxSizeBytes == nil {
            checking.report(path: path, "no file would ever give way (write max_size = \"100MiB\")")
        }
        if log.method == .truncate, checking.place(of: path + ".reopen") != nil {
            checking.report(path: path + ".reopen", "goes with rename, not with truncate (leave it out)")
        }
        if log.keep == nil, log.maxAge == .zero, log.totalBytes == nil {
            checking.report(path: path, "no file would ever be removed (give keep, max_age or total)")
        }
    }

    private func reopen(_ draft: ReopenDraft?, _ checking: inout Checking) -> ForeignLogSpecification.Reopen? {
        guard let draft else { return nil }
        let path = path + ".reopen"
        if let command = draft.command {
            if checking.place(of: path + ".service") != nil {
                checking.report(path: path + ".service", "goes with signal, not with exec (leave it out)")
            }
            return .exec(command)
        }
        guard let signal = draft.signal, let service = draft.service else {
            if isComplete {
                checking.report(path: path, "tells nobody (write { signal = \"SIGUSR1\", service = \"gateway\" })")
            }
            return nil
        }
        if isComplete, !services.contains(service), !services.contains(where: { $0.family == service }) {
            let right = Suggestion.nearest(to: service.text, among: services.map(\.text))
            checking.report(
                path: path + ".service",
                "there is no service \"\(service)\" (\(right.map { "did you mean \"\($0)\"?" } ?? "name one of them"))")
        }
        return .signal(signal, service: service)
    }
}
