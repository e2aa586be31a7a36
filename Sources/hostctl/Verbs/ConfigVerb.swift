// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostWire

/// `hostctl config show [NAME]`
enum ConfigVerb {
    static let verb = Verb(
        name: "config", operands: [.show, .serviceOrNone],
        summary: "the effective configuration, and where each value comes from",
        details: [
            "`config show` reads the files like hostd does, without hostd, and prints every key with the value that it "
                + "has in the end: as TOML, with the file and line, the preset, or the default that it comes from in a "
                + "comment. With NAME, of one service. Values of variables are hidden.",
            "--json prints {\"tables\": [{\"table\", \"keys\": [{\"key\", \"value\", \"source\", \"preset\", "
                + "\"file\", \"line\"}]}]}; source is file, preset or default, value is TOML or null.",
        ],
        examples: [
            .init("hostctl config show", "all of it"),
            .init("hostctl config show gateway", "one service"),
            .init("hostctl config show gateway@2", "one of its instances"),
        ],
        exitCodes: [
            .noSuchName: "no service of that name is configured",
            .notPermitted: "a file may not be read",
            .badFile: "something is wrong with a file, or there is none",
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let words = session.request.words
            guard words.first == "show" else {
                throw .usage("\"\(words.first ?? "")\" is nothing that config does (hostctl config show [NAME])")
            }
            switch ConfigurationReader.explain(try ConfigurationFiles.read(session.request)) {
            case .success(let tables):
                try show(words.count > 1 ? try named(words[1], in: tables) : tables, session)
                return .fine
            case .failure(let errors):
                ErrorList.show(errors, session)
                return .badFile
            }
        })

    private static func named(_ name: String, in tables: [EffectiveTable]) throws(Failure) -> [EffectiveTable] {
        let found = tables.filter { $0.service?.text == name || $0.service?.family.text == name }
        guard found.isEmpty else { return found }
        let names = tables.compactMap(\.service?.family.text)
        let hint = Nearest.to(name, among: names).map { "did you mean \($0)?" } ?? "hostctl config show names all"
        throw Failure(.noSuchName, "no service \"\(name)\" is configured (\(hint))")
    }

    private static func show(_ tables: [EffectiveTable], _ session: Session) throws(Failure) {
        if session.wantsJSON { return session.out.json(EffectivePage.json(tables).bytes) }
        let shown = tables.filter { ($0.service?.instanceNumber ?? 1) == 1 || tables.count == 1 }
        session.out.lines(EffectivePage.lines(shown, session.style))
        for table in shown where table.service?.instanceNumber != nil && tables.count > 1 {
            let family = table.service?.family
            let names = tables.compactMap(\.service).filter { $0.family == family }
            if let first = names.first, let last = names.last, first != last {
                session.out.line("")
                session.out.line("# \(first) stands for all up to \(last) (hostctl config show \(last))")
            }
        }
    }
}
