// SPDX-License-Identifier: Apache-2.0

import CToml

/// Reads one file into a tree.
enum TomlDocument {
    /// A file that cannot be read further from here.
    struct Failure: Error {
        let place: Place
        let message: String
    }

    /// So deep may tables and arrays stand in each other.
    static let depthLimit = 64

    /// The tree of `bytes`, whose root is a table. `file` is the index that places carry.
    static func parse(_ bytes: [UInt8], file: Int) throws(Failure) -> TomlNode {
        try TextCheck.check(bytes, file: file)
        let parsed = bytes.withUnsafeBytes { buffer in
            read(buffer, file: file)
        }
        switch parsed {
        case .success(let root): return root
        case .failure(let failure):
            throw Failure(
                place: failure.place, message: SyntaxMessage.text(failure.message, at: failure.place, in: bytes))
        }
    }

    private static func read(_ buffer: UnsafeRawBufferPointer, file: Int) -> Result<TomlNode, Failure> {
        let document = ctoml_parse(
            buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, depthLimit)
        defer { ctoml_free(document) }
        var place = ctoml_place()
        if let error = ctoml_error(document, &place) {
            return .failure(Failure(place: Place(place, file: file), message: String(cString: error)))
        }
        var count = 0
        let nodes = UnsafeBufferPointer(start: ctoml_nodes(document, &count), count: count)
        var builder = TreeBuilder(nodes: nodes, file: file)
        return .success(builder.next())
    }
}

/// Turns the flat list of nodes into a tree. Its depth is limited by the parser.
private struct TreeBuilder {
    let nodes: UnsafeBufferPointer<ctoml_node>
    let file: Int
    private var index = 0

    init(nodes: UnsafeBufferPointer<ctoml_node>, file: Int) {
        self.nodes = nodes
        self.file = file
    }

    mutating func next() -> TomlNode {
        let node = nodes[index]
        index += 1
        return TomlNode(place: Place(node.place, file: file), value: value(of: node))
    }

    private mutating func value(of node: ctoml_node) -> TomlNode.Value {
        switch node.kind {
        case CTOML_TABLE: .table(entries(count: node.children))
        case CTOML_ARRAY: .array((0..<node.children).map { _ in next() })
        case CTOML_STRING: .text(String(node.text))
        case CTOML_INTEGER: .integer(node.integer)
        case CTOML_FLOAT: .decimal(node.number)
        case CTOML_BOOLEAN: .flag(node.integer != 0)
        default: .date
        }
    }

    /// The entries in the order of the file; toml++ sorts them by name.
    private mutating func entries(count: Int) -> [TomlEntry] {
        var entries: [TomlEntry] = []
        entries.reserveCapacity(count)
        for _ in 0..<count {
            let key = nodes[index]
            entries.append(
                TomlEntry(key: String(key.key), keyPlace: Place(key.key_place, file: file), node: next()))
        }
        return entries.sorted { $0.keyPlace < $1.keyPlace }
    }
}

extension Place {
    fileprivate init(_ place: ctoml_place, file: Int) {
        self.init(file: file, line: Int(place.line), column: Int(place.column))
    }
}

extension String {
    fileprivate init(_ text: ctoml_text) {
        self.init(decoding: UnsafeRawBufferPointer(start: text.bytes, count: text.count), as: UTF8.self)
    }
}
