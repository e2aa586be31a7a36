// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

extension BusMessage {
    /// One property as an entry of `a(sv)`; `body` writes its value of the D-Bus type `type`.
    borrowing func property(
        _ name: String, _ type: String, _ body: (borrowing BusMessage) throws(SystemError) -> Void
    ) throws(SystemError) {
        try container("r", "sv") { entry throws(SystemError) in
            try entry.append(name)
            try entry.container("v", type, body)
        }
    }

    /// ExecStart as `a(sasb)`, with one command whose failure counts.
    borrowing func append(program: String, arguments: [String]) throws(SystemError) {
        try container("a", "(sasb)") { list throws(SystemError) in
            try list.container("r", "sasb") { command throws(SystemError) in
                try command.append(program)
                try command.append(strings: [program] + arguments)
                try command.append(false)
            }
        }
    }

    borrowing func append(_ property: UnitProperty) throws(SystemError) {
        let value = property.value
        try self.property(property.name, value.signature) { entry throws(SystemError) in try entry.append(value) }
    }

    borrowing func append(_ value: UnitValue) throws(SystemError) {
        switch value {
        case .bool(let flag): try append(flag)
        case .uint16(let number): try append("q", number)
        case .int32(let number): try append("i", number)
        case .uint32(let number): try append("u", number)
        case .uint64(let number): try append("t", number)
        case .string(let text): try append(text)
        case .bytes(let bytes): try append(bytes: bytes)
        case .tuple(let members):
            // Without the parentheses around it.
            try container("r", String(value.signature.dropFirst().dropLast())) { list throws(SystemError) in
                for member in members { try list.append(member) }
            }
        case .array(let element, let elements):
            try container("a", element) { list throws(SystemError) in
                for element in elements { try list.append(element) }
            }
        }
    }
}
