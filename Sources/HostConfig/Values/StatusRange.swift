// SPDX-License-Identifier: Apache-2.0

extension ValueType<ClosedRange<Int>> {
    /// An HTTP status or a range of them, as 200 or "200-299".
    static let status = ValueType(
        "status or range of statuses", range: "100 to 599", hint: "a status, like 200 or \"200-299\"",
        read: { node, checking in
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
        },
        show: { $0.count == 1 ? "\($0.lowerBound)" : quoted("\($0.lowerBound)-\($0.upperBound)") })
}
