// SPDX-License-Identifier: Apache-2.0

/// What a unit file does not say of itself.
struct UnitContext {
    /// The person whose manager has a unit.
    struct Person {
        var name: String
        var uid: UInt32
        var home: String
        var shell: String
    }

    /// The unit's name, with its ending.
    var unit: String
    /// Whose it is; nil: the system's.
    var user: Person?
    /// The name of this host.
    var hostName = ""
    /// Services that hostd has.
    var services: Set<String> = []
    /// Whether hostd runs as root, and so can become anybody.
    var isRoots = true
    /// Whether the unit starts by itself; nil: not known.
    var isEnabled: Bool?
    /// TimeoutStopSec= as it is in force.
    var stopTimeout: String?
    /// Its .socket units.
    var sockets: [UnitFile] = []

    /// What `%h` and its like stand for.
    var specifiers: [Character: String] {
        let name = String(unit.dropLast(".service".count))
        let prefix = String(name.prefix { $0 != "@" })
        let instance = String(name.drop { $0 != "@" }.dropFirst())
        let home = user?.home ?? "/root"
        let config = home + "/.config"
        return [
            "n": unit, "N": name, "p": prefix, "P": Self.unescaped(prefix), "i": instance,
            "I": Self.unescaped(instance), "j": String(prefix.split(separator: "-").last ?? ""),
            "h": home, "u": user?.name ?? "root", "U": "\(user?.uid ?? 0)", "s": user?.shell ?? "/bin/sh",
            "t": user.map { "/run/user/\($0.uid)" } ?? "/run", "H": hostName,
            "l": String(hostName.prefix { $0 != "." }), "E": user == nil ? "/etc" : config,
            "S": user == nil ? "/var/lib" : config, "C": user == nil ? "/var/cache" : home + "/.cache",
            "L": user == nil ? "/var/log" : config + "/log", "T": "/tmp", "V": "/var/tmp",
        ]
    }

    /// systemd-escape(1) backwards.
    private static func unescaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "-") {
                bytes.append(UInt8(ascii: "/"))
            } else if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"),
                let code = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The name that a service can have of a unit: `openclaw-gateway` of `openclaw-gateway.service`; nil where it takes
    /// a person.
    static func serviceName(_ unit: String) -> String? {
        let base = unit.hasSuffix(".service") ? String(unit.dropLast(".service".count)) : unit
        var name = base.lowercased().map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber || letter == "_") ? letter : "-"
        }
        while name.first.map({ !$0.isLetter }) == true { name.removeFirst() }
        while name.last == "-" { name.removeLast() }
        return name.isEmpty || name.count > 48 ? nil : String(name)
    }
}
