// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// `template`: a file is written from another, in which variables are filled in.
nonisolated enum TemplateTarget {
    static func apply(_ work: TargetHelper.Work, from: String, to: String) throws(TargetFailure) -> String? {
        let template: TargetFile
        if let read = work.template { template = read } else { template = try TargetFile(reading: from) }
        guard let text = String(validating: template.bytes, as: UTF8.self) else {
            throw TargetFailure("\(from) is not UTF-8")
        }
        let filled: String
        do throws(TargetFailure) {
            filled = try Self.filled(text, work.order.models)
        } catch {
            throw TargetFailure("\(from):\(error)")
        }
        let bytes = Array(filled.utf8)
        try TargetFailure.of { () throws(SystemError) in try Files.renew(to, with: bytes, mode: template.rights) }
        return SHA256.hex(of: bytes)
    }

    /// `text` with its variables filled in; fails with the line and what would be right. `$$` is a literal `$`.
    static func filled(_ text: String, _ models: TargetModels) throws(TargetFailure) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        var line = 1
        while let scalar = rest.popFirst() {
            if scalar == "\n" { line += 1 }
            guard scalar == "$", let next = rest.first, next == "$" || next == "{" else {
                result.append(scalar)
                continue
            }
            rest.removeFirst()
            guard next == "{" else {
                result.append(scalar)
                continue
            }
            let name = rest.prefix { $0 != "}" && $0 != "\n" }
            guard name.endIndex < rest.endIndex, rest[name.endIndex] == "}" else {
                throw TargetFailure("\(line): \"${\" has no \"}\" (write \"$${\" for a literal \"${\")")
            }
            do throws(TargetFailure) {
                result.append(contentsOf: try value(of: String(name), models).unicodeScalars)
            } catch {
                throw TargetFailure("\(line): \(error)")
            }
            rest = rest[name.endIndex...].dropFirst()
        }
        return String(result)
    }

    private static func value(of name: String, _ models: TargetModels) throws(TargetFailure) -> String {
        if name == "generation" { return "\(models.generation)" }
        if name == "policy" { return models.policy }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.first == "model", parts.count == 2 || (parts.count == 3 && parts[2] == "fallback") else {
            throw TargetFailure(
                "\"${\(name)}\" is none of ${model.TIER}, ${model.TIER.fallback}, ${generation} and ${policy} "
                    + "(write \"$${\" for a literal \"${\")")
        }
        guard let tier = models.tiers[String(parts[1])] else {
            throw TargetFailure("there is no tier \"\(parts[1])\" (there is: \(models.names))")
        }
        return parts.count == 2 ? tier.model : tier.fallback.joined(separator: ",")
    }
}
