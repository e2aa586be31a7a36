// SPDX-License-Identifier: Apache-2.0

extension ValueType {
    /// At most `limit` values of the type `item`, none of them twice; `noun` names them in the plural.
    static func list<Item: Hashable & Sendable>(
        of item: ValueType<Item>, _ noun: String, atMost limit: Int
    ) -> ValueType where Value == [Item] {
        let hint = "an array, like [\(item.hint)]"
        return ValueType(
            "list of \(noun)", range: item.range, hint: hint,
            read: { node, checking in
                guard case .array(let nodes) = node.value else {
                    node.reportWrongType(node.written.map { "[\($0)]" } ?? "an array", &checking)
                    return nil
                }
                guard nodes.count <= limit else {
                    checking.report("\(nodes.count) \(noun) are too many (at most \(limit))", at: node.place)
                    return nil
                }
                var items: [Item] = []
                for (index, node) in nodes.enumerated() {
                    checking.note(node.place, item: index)
                    guard let value = item.read(node, &checking) else { continue }
                    if items.contains(value) {
                        checking.report("\(item.show(value)) stands twice (leave one out)", at: node.place)
                    }
                    items.append(value)
                }
                return items.count == nodes.count ? items : nil
            }, show: { "[" + $0.map(item.show).joined(separator: ", ") + "]" })
    }

    /// A set of exit codes.
    static func exitCodes() -> ValueType where Value == Set<Int32> {
        let list = ValueType<[Int32]>.list(of: .integer(0...255), "exit codes", atMost: 256)
        return ValueType(
            list.name, range: list.range, hint: list.hint,
            read: { node, checking in list.read(node, &checking).map { Set($0) } },
            show: { list.show($0.sorted()) })
    }
}
