// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// Processor architectures by the names that Node gives them.
enum Machine {
    /// This host, as archives of Node are named: `linux-x64`.
    static var node: String {
        let head = try? DropIns.read("/proc/self/exe", limit: 20)
        return "linux-" + (head.flatMap(node(ofProgram:)) ?? "unknown")
    }

    /// The architecture of a program, from the first 20 bytes of its file (ELF): `x64`; nil when it is none.
    static func node(ofProgram head: [UInt8]) -> String? {
        guard head.count >= 20, head.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return nil }
        let isBig = head[5] == 2
        let number = isBig ? UInt16(head[18]) << 8 | UInt16(head[19]) : UInt16(head[19]) << 8 | UInt16(head[18])
        return switch number {
        case 0x3e: "x64"
        case 0xb7: "arm64"
        case 0x28: "armv7l"
        case 0x03: "x86"
        case 0x15: isBig ? "ppc64" : "ppc64le"
        case 0x16: "s390x"
        case 0xf3: "riscv64"
        default: "machine \(number)"
        }
    }
}
