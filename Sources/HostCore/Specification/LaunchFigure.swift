// SPDX-License-Identifier: Apache-2.0

/// A variable in a command or an environment whose value each launch gets anew. Between reading and launch a mark
/// stands for it, of characters for private use (U+10FFFC and U+10FFFD), so that `$$` and other braces are left alone.
public enum LaunchFigure: Hashable, Sendable {
    /// `${net.rtt_p99_ms}`, `${net.NAME.rtt_p99_ms}`: a figure of the network, of the target of that name or of all.
    case roundTrip(of: String?)
    /// `${model.TIER}`: the model of a tier of the policy.
    case model(tier: String)

    private static let opening: Unicode.Scalar = "\u{10FFFC}"
    private static let closing: Unicode.Scalar = "\u{10FFFD}"
    private static let figure = "rtt_p99_ms"
    private static let tierPrefix = "model."

    /// The figure that a variable of this name, without its braces, stands for; nil for other variables.
    public init?(name: String) {
        if name.hasPrefix(Self.tierPrefix) {
            guard let tier = ServiceName(String(name.dropFirst(Self.tierPrefix.count))), tier.instanceNumber == nil
            else { return nil }
            self = .model(tier: tier.text)
            return
        }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.first == "net", parts.last == Self.figure[...], parts.count == 2 || parts.count == 3 else {
            return nil
        }
        guard parts.count == 3 else {
            self = .roundTrip(of: nil)
            return
        }
        guard !parts[1].isEmpty else { return nil }
        self = .roundTrip(of: String(parts[1]))
    }

    /// What stands for it until the launch.
    public var mark: String { "\(Self.opening)\(inMark)\(Self.closing)" }

    /// As it stands in the file: `${model.agent}`.
    public var shown: String {
        switch self {
        case .roundTrip(let target): "${net.\(target.map { "\($0)." } ?? "")\(Self.figure)}"
        case .model(let tier): "${\(Self.tierPrefix)\(tier)}"
        }
    }

    private var inMark: String {
        switch self {
        case .roundTrip(let target): target ?? ""
        case .model(let tier): Self.tierPrefix + tier
        }
    }

    private init(inMark text: String) {
        // No target of the network has a dot in its name.
        let isModel = text.hasPrefix(Self.tierPrefix)
        self =
            isModel
            ? .model(tier: String(text.dropFirst(Self.tierPrefix.count)))
            : .roundTrip(of: text.isEmpty ? nil : text)
    }

    /// `text` with what `value` says for each mark.
    public static func filled(_ text: String, value: (LaunchFigure) -> String) -> String {
        guard text.unicodeScalars.contains(opening) else { return text }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(of: opening), let end = rest[start...].firstIndex(of: closing) {
            result += String(rest[..<start])
            result += value(LaunchFigure(inMark: String(rest[rest.index(after: start)..<end])))
            rest = rest[rest.index(after: end)...]
        }
        return result + String(rest)
    }

    /// `text` as it stood in the file.
    public static func shown(_ text: String) -> String { filled(text) { $0.shown } }

    /// The figures that `text` has, in order.
    public static func all(in text: String) -> [LaunchFigure] {
        var figures: [LaunchFigure] = []
        _ = filled(text) { figure in
            figures.append(figure)
            return ""
        }
        return figures
    }
}

extension LaunchSpecification {
    /// The launch with its figures filled in.
    public func filled(_ value: (LaunchFigure) -> String) -> LaunchSpecification {
        var result = self
        result.command = command.map { LaunchFigure.filled($0, value: value) }
        result.environment = environment.mapValues { LaunchFigure.filled($0, value: value) }
        return result
    }

    /// The tiers of the policy whose models its command and its environment name, sorted.
    public var tiers: [String] {
        var tiers: Set<String> = []
        for text in command + Array(environment.values) {
            for case .model(let tier) in LaunchFigure.all(in: text) { tiers.insert(tier) }
        }
        return tiers.sorted()
    }
}
