// SPDX-License-Identifier: Apache-2.0

extension ValueType<[ClosedRange<Int>]> {
    /// HTTP statuses: 200, "200-299", or an array of these.
    static let statuses = ValueType(
        "status, range of statuses, or list of these", range: "100 to 599",
        hint: "a status, like 200 or \"200-299\"",
        read: { node, checking in
            guard case .array(let nodes) = node.value else { return StatusReader.range(node, &checking).map { [$0] } }
            if nodes.isEmpty { checking.report("is empty (write one like [200, \"300-399\"])", at: node.place) }
            if nodes.count > 100 { checking.report("\(nodes.count) are too many (at most 100)", at: node.place) }
            let ranges = nodes.prefix(100).compactMap { StatusReader.range($0, &checking) }
            return ranges.count == nodes.count && !ranges.isEmpty ? ranges : nil
        },
        show: { ranges in
            let shown = ranges.map { $0.count == 1 ? "\($0.lowerBound)" : quoted("\($0.lowerBound)-\($0.upperBound)") }
            return shown.count == 1 ? shown[0] : "[" + shown.joined(separator: ", ") + "]"
        })
}

private enum StatusReader {
    static func range(_ node: TomlNode, _ checking: inout Checking) -> ClosedRange<Int>? {
        switch node.value {
        case .integer(let integer):
            if let status = Int(exactly: integer), (100...599).contains(status) { return status...status }
            checking.report("\(integer) is out of range (100 to 599)", at: node.place)
        case .text(let text):
            let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
                Digits.number($0, as: Int.self)
            }
            if let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                first >= 100, last <= 599
            {
                return first...last
            }
            checking.report("\(quoted(text)) is no range of statuses (write one like \"200-299\")", at: node.place)
        default: node.reportWrongType("a status, like 200 or \"200-299\"", &checking)
        }
        return nil
    }
}
