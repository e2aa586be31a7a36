// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// A ranking beside the one before, for people and for programs.
struct BoardPage {
    let change: BoardChange
    /// The models of this host.
    let uses: [BoardUse]
    let proposal: BoardProposal?
    /// What could not be looked at; nil: everything was.
    let problem: String?

    private static let shareLimit = 8

    init(_ change: BoardChange, _ policy: BoardPolicy) {
        self.change = change
        uses = BoardUse.all(policy.models, on: change.now)
        proposal = policy.openTiers.lazy.compactMap { BoardProposal(change, for: $0) }.first
        problem = policy.problem
    }

    /// The models of this host that are not on the ranking.
    var missing: [String] { uses.filter { $0.rank == nil }.map(\.model) }

    // MARK: - For people

    func lines(_ style: Style) -> [String] {
        var lines = head(style) + [""] + places(style)
        if !change.gone.isEmpty {
            lines.append("gone      " + change.gone.map(Self.text).joined(separator: ", "))
        }
        lines += climbers(style) + [""]
        lines +=
            shares("makers", change.makers) + shares("providers", change.providers)
            + shares("regions", change.regions)
        lines += ["", style.paint("this host", .strong)] + host(style)
        if let proposal {
            lines += ["", "a candidate, if you like it (nothing is changed by this):"]
            lines += proposal.text(week: change.now.date, source: change.now.source).split(separator: "\n").map {
                "    " + $0
            }
        }
        return lines + ["", BoardText.citation(change.now), BoardText.caution]
    }

    private func head(_ style: Style) -> [String] {
        let now = change.now
        let days = now.days > 0 ? " (\(now.days) day\(now.days == 1 ? "" : "s"))" : ""
        var lines = [style.paint("the week to \(now.date)", .strong) + days]
        guard let before = change.before else {
            lines[0] += ", with none before it to compare"
            return lines + ["total     \(BoardText.tokens(now.total)) tokens"]
        }
        lines[0] += ", beside the week to \(before.date)"
        if change.isPerDay { lines[0] += " (\(before.days) days: compared day by day)" }
        return lines + [
            "total     \(BoardText.tokens(now.total)) tokens, \(growth(change.growth, style)) "
                + "(then \(BoardText.tokens(before.total)))"
        ]
    }

    private func places(_ style: Style) -> [String] {
        let width = change.places.map { TextWidth.of($0.model) }.max() ?? 0
        let head = "  #  MOVE  \(TextWidth.padded("MODEL", width))  TOKENS   SHARE    CHANGE"
        return [style.paint(head, .faint)]
            + change.places.map { place in
                let cells = [
                    TextWidth.paddedLeft("\(place.place)", 3), TextWidth.padded(move(place), 4),
                    TextWidth.padded(place.model, width), TextWidth.paddedLeft(BoardText.tokens(place.tokens), 6),
                    TextWidth.paddedLeft(BoardText.percent(place.share), 7),
                ]
                guard let growth = place.growth else { return cells.joined(separator: "  ") }
                let text = TextWidth.paddedLeft(BoardText.percent(growth, isSigned: true), 9)
                return cells.joined(separator: "  ") + "  " + style.paint(text, growth < 0 ? .bad : .good)
            }
    }

    /// "+2", "-1", "=", "new".
    private func move(_ place: BoardChange.Place) -> String {
        guard change.before != nil else { return "" }
        guard let was = place.was else { return "new" }
        return was == place.place ? "=" : was > place.place ? "+\(was - place.place)" : "-\(place.place - was)"
    }

    private func growth(_ growth: Double?, _ style: Style) -> String {
        guard let growth else { return "unknown" }
        return style.paint(BoardText.percent(growth, isSigned: true), growth < 0 ? .bad : .good)
    }

    private static func text(_ gone: BoardChange.Gone) -> String {
        "\(gone.model) (was \(gone.was), \(gone.place.map { "now \($0)" } ?? "not listed any more"))"
    }

    private func climbers(_ style: Style) -> [String] {
        guard change.before != nil else { return [] }
        let rule =
            "above \(BoardText.percent(BoardChange.climb)), of those with at least "
            + "\(BoardText.percent(BoardChange.leastShare)) of all tokens"
        if change.climbers.isEmpty { return ["climbers  none (\(rule))"] }
        return ["climbers  (\(rule))"]
            + change.climbers.map {
                "          \(growth($0.growth, style)) \($0.model), place \($0.place)"
            }
    }

    private func shares(_ name: String, _ shares: [BoardChange.Share]) -> [String] {
        guard !shares.isEmpty else { return [] }
        let parts = shares.prefix(Self.shareLimit).map { share in
            let points = share.was.map { " (\(BoardText.percent(share.now - $0, isSigned: true)))" } ?? ""
            return "\(CleanText.of(share.name)) \(BoardText.percent(share.now))\(points)"
        }
        let more = shares.count > Self.shareLimit ? " and \(shares.count - Self.shareLimit) more" : ""
        return [TextWidth.padded(name, 8) + "  " + parts.joined(separator: ", ") + more]
    }

    private func host(_ style: Style) -> [String] {
        if let problem { return ["  " + CleanText.of(problem)] }
        return uses.map { use in
            let places = use.places.joined(separator: ", ")
            guard let rank = use.rank else {
                return "  " + style.paint("not on it", .warning) + "  \(use.model) (\(places))"
            }
            let name = use.name.map { $0 == use.model ? "" : ", there \($0)" } ?? ""
            return "  " + TextWidth.padded("place \(rank)", 9) + "  \(use.model) (\(places)\(name))"
        }
    }

    // MARK: - For programs

    var json: JSON {
        let now = change.now
        return [
            "date": .string(now.date), "days": JSON(now.days), "before": JSON(change.before?.date),
            "total": .integer(now.total), "growth": JSON(change.growth), "top": .array(change.places.map(Self.json)),
            "gone": .array(
                change.gone.map { ["model": .string($0.model), "was": JSON($0.was), "place": JSON($0.place)] }),
            "climbers": .array(change.climbers.map(Self.json)), "makers": Self.json(change.makers),
            "providers": Self.json(change.providers), "regions": Self.json(change.regions),
            "host": .array(
                uses.map {
                    [
                        "model": .string($0.model), "places": .array($0.places.map { .string($0) }),
                        "rank": JSON($0.rank), "name": JSON($0.name),
                    ]
                }), "host_problem": JSON(problem),
            "proposal": proposal.map {
                [
                    "tier": .string($0.tier), "model": .string($0.model), "reason": .string($0.reason),
                    "text": .string($0.text(week: now.date, source: now.source)),
                ]
            } ?? .null, "source": .string(BoardText.citation(now)), "caution": .string(BoardText.caution),
        ]
    }

    private static func json(_ place: BoardChange.Place) -> JSON {
        [
            "place": JSON(place.place), "was": JSON(place.was), "model": .string(place.model),
            "tokens": .integer(place.tokens), "share": .number(place.share), "growth": JSON(place.growth),
        ]
    }

    private static func json(_ shares: [BoardChange.Share]) -> JSON {
        .array(shares.map { ["name": .string($0.name), "share": .number($0.now), "was": JSON($0.was)] })
    }
}
