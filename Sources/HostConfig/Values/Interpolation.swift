// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `${…}` and `$$` in commands, environments, paths and addresses.
enum Interpolation {
    /// `${instance}`: which instance of the service it is, from 1.
    static let instance = "instance"
    /// `${port}`: the first of the service's ports.
    static let port = "port"

    /// What the contract names; anything else in braces may be part of a secret and stays out of messages.
    private static let known = ["model.", "env.", "net.", "service", "instance", "port", "job", "attempt"]

    /// `text` with what its variables stand for, and with `$$` made `$`; nil after reporting a `${…}` that has no value
    /// here. What a launch fills in is marked where `isLaunched` says that the text is part of one.
    static func expand(
        _ text: String, at place: Place, isLaunched: Bool = false, _ checking: inout Checking
    ) -> String? {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$", let next = rest.first, next == "$" || next == "{" else {
                result.append(scalar)
                continue
            }
            if next == "$" {
                result.append(scalar)
                if checking.keepsJobVariables { result.append(scalar) }
                rest.removeFirst()
            } else {
                let name = rest.dropFirst().prefix { $0 != "}" }
                let isFigure = isLaunched && !checking.keepsJobVariables
                let figure = isFigure ? LaunchFigure(name: String(name))?.mark : nil
                guard let value = value(of: String(name), checking) ?? figure, name.endIndex < rest.endIndex else {
                    report(rest.dropFirst(), at: place, &checking)
                    return nil
                }
                result.append(contentsOf: value.unicodeScalars)
                rest = rest[name.endIndex...].dropFirst()
            }
        }
        return String(result)
    }

    /// The string that stands at `node`, with its variables filled in.
    static func text(_ node: TomlNode, hint: String, _ checking: inout Checking) -> String? {
        node.string(hint: hint, &checking).flatMap { expand($0, at: node.place, &checking) }
    }

    /// What `expand` makes `text` of.
    static func escape(_ text: String) -> String {
        LaunchFigure.shown(text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$"))
    }

    private static func value(of name: String, _ checking: Checking) -> String? {
        if checking.keepsJobVariables { return JobVariables.isKnown(name) ? "${\(name)}" : nil }
        return checking.variables[name]
    }

    private static func report(
        _ inside: String.UnicodeScalarView.SubSequence, at place: Place, _ checking: inout Checking
    ) {
        guard let end = inside.firstIndex(of: "}") else {
            return checking.report("\"${\" has no \"}\" (write \"$${\" for a literal \"${\")", at: place)
        }
        let name = String(inside[..<end])
        if checking.keepsJobVariables {
            return checking.report(
                "\(JobVariables.shown(name)) is none of \(JobVariables.list) (write \"$${\" for a literal \"${\")",
                at: place)
        }
        if name == port {
            return checking.report("\"${port}\" is the first of the ports (give ports = [8080])", at: place)
        }
        if LaunchFigure(name: name) != nil {
            let shown = quoted("${" + name + "}")
            return checking.report("\(shown) is known at a launch only (write it in command or env)", at: place)
        }
        let shown = known.contains { name.hasPrefix($0) } ? quoted("${" + name + "}") : "\"${…}\""
        checking.report("\(shown) is not available in this version (write \"$${\" for a literal \"${\")", at: place)
    }
}
