// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Properties that are lists: of words, of paths, of devices.
extension UnitFormat {
    /// Words, each of which is right where `isRight` says so.
    static func words(_ hint: String, _ isRight: @escaping @Sendable (String) -> Bool) -> UnitFormat {
        plain(hint, isList: true) { line in
            UnitText.words(line).flatMap { $0.isEmpty || !$0.allSatisfy(isRight) ? nil : .strings($0) }
        }
    }

    static let paths = words("absolute paths, like \"/srv/agent -/opt/tools\"") { UnitText.isPath($0) }
    static let units = words("names of units, like \"network-online.target\"") { word in
        word.contains(".") && !word.contains("/") && !word.hasPrefix(".")
    }
    static let anyWords = words("words") { !$0.isEmpty }

    /// Words that are allowed, or with `~` before them forbidden. A list that takes one of `needed` from the keeper is
    /// refused; `isComplete`: one that allows too little as well.
    static func filter(
        _ hint: String, needed: [String] = [], isComplete: Bool = false,
        _ isRight: @escaping @Sendable (String) -> Bool
    ) -> UnitFormat {
        UnitFormat(hint, isList: true) { name, line throws(ValueError) in
            let allows = !line.hasPrefix("~")
            guard let words = UnitText.words(allows ? line : String(line.dropFirst())), !words.isEmpty,
                words.allSatisfy(isRight)
            else { return nil }
            let plain = words.map { String($0.prefix { $0 != ":" }) }
            let taken = needed.first { word in allows ? isComplete && !plain.contains(word) : plain.contains(word) }
            if let taken {
                throw ValueError(
                    message: "\(quoted(line)) takes \(taken) from the keeper, which works inside "
                        + "(\(allows ? "add it" : "leave it out"))")
            }
            return [UnitProperty(name, .filter(allows: allows, words))]
        }
    }

    /// The keeper is inside the filter too: it makes pipes and processes, switches the user, sends signals.
    static let systemCalls = filter(
        "names of system calls and groups, like \"@system-service\" or \"~@mount @swap\"",
        needed: [
            "@default", "@basic-io", "@file-system", "@io-event", "@network-io", "@process", "@setuid", "@signal",
            "@chown", "@resources",
        ]
    ) { word in
        word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "-"),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
    }

    static let addressFamilies = filter(
        "families, like \"AF_UNIX AF_INET AF_INET6\"", needed: ["AF_UNIX"], isComplete: true
    ) { $0.hasPrefix("AF_") }

    static let capabilities = UnitFormat("capabilities, like \"CAP_NET_RAW CAP_KILL\" or \"~CAP_SYS_ADMIN\"") {
        name, line throws(ValueError) in
        let isDenied = line.hasPrefix("~")
        guard let words = UnitText.words(isDenied ? String(line.dropFirst()) : line)?.map({ $0.uppercased() }),
            words.allSatisfy(Capability.names.contains)
        else { return nil }
        let set = isDenied ? ~Capability.set(words) : Capability.set(words)
        let missing = Capability.ofKeeper.filter { set & Capability.set([$0]) == 0 }
        guard missing.isEmpty else {
            throw ValueError(
                message: "\(quoted(line)) takes \(missing.joined(separator: ", ")) from the keeper, which becomes the "
                    + "program's user (\(isDenied ? "leave them out" : "add them"); the program does not have them)")
        }
        return [UnitProperty(name, .uint64(set))]
    }

    /// CLONE_NEW… of clone(2).
    static let namespaces = plain("\"yes\", \"no\", or namespaces that are allowed, like \"net mnt\" or \"~user\"") {
        line in
        let bits: [String: UInt64] = [
            "cgroup": 0x0200_0000, "ipc": 0x0800_0000, "net": 0x4000_0000, "mnt": 0x0002_0000, "pid": 0x2000_0000,
            "user": 0x1000_0000, "uts": 0x0400_0000,
        ]
        let all = bits.values.reduce(0, |)
        if let flag = UnitText.flag(line) { return .uint64(flag ? 0 : all) }
        let isDenied = line.hasPrefix("~")
        guard let words = UnitText.words(isDenied ? String(line.dropFirst()) : line), !words.isEmpty else { return nil }
        let values = words.compactMap { bits[$0] }
        guard values.count == words.count else { return nil }
        let set = values.reduce(0, |)
        return .uint64(isDenied ? all & ~set : set)
    }

    static let binds = plain("paths, like \"/srv/models\" or \"/srv/models:/models\"", isList: true) { line in
        guard let words = UnitText.words(line), !words.isEmpty else { return nil }
        var binds: [UnitValue] = []
        for word in words {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let source = parts.first.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 } ?? ""
            let target = parts.count > 1 ? parts[1] : source
            let option = parts.count > 2 ? parts[2] : "rbind"
            guard parts.count <= 3, source.hasPrefix("/"), target.hasPrefix("/"), ["rbind", "norbind"].contains(option)
            else { return nil }
            binds.append(
                .tuple([
                    .string(source), .string(target), .bool(word.hasPrefix("-")),
                    .uint64(option == "rbind" ? UnitValue.recursively : 0),
                ]))
        }
        return .array(of: "(ssbt)", binds)
    }

    static let temporaryFileSystems = plain(
        "paths, with options of mount(8) where needed, like \"/var:ro,size=10M\"", isList: true
    ) { line in
        guard let words = UnitText.words(line), !words.isEmpty, words.allSatisfy({ $0.hasPrefix("/") }) else {
            return nil
        }
        return .array(
            of: "(ss)",
            words.map { word in
                let (path, options) = UnitText.pair(word, at: ":") ?? (word, "")
                return .tuple([.string(path), .string(options)])
            })
    }

    static let devices = plain("a device and what is allowed, like \"/dev/kvm rw\" or \"char-rtc r\"", isList: true) {
        line in
        let (device, rights) = UnitText.pair(line) ?? (line, "rwm")
        let isDevice = ["/dev/", "char-", "block-"].contains { device.hasPrefix($0) }
        guard isDevice, !device.contains(" "), rights.allSatisfy("rwm".contains) else { return nil }
        return .array(of: "(ss)", [.tuple([.string(device), .string(rights)])])
    }

    /// A device or a path on it, and a number that `parse` reads.
    private static func ofDevice(
        _ hint: String, rename: @escaping @Sendable (String) -> String = { $0 },
        _ parse: @escaping @Sendable (String) -> UInt64?
    ) -> UnitFormat {
        renamed(hint, isList: true, rename) { line in
            guard let (path, rest) = UnitText.pair(line), path.hasPrefix("/"), let number = parse(rest) else {
                return nil
            }
            return .array(of: "(st)", [.tuple([.string(path), .uint64(number)])])
        }
    }

    static let bandwidth = ofDevice("a path and a size in a second, like \"/dev/sda 5M\"") {
        UnitText.size($0, base: 1000)
    }
    static let deviceWeight = ofDevice("a path and a number, 1 to 10000, like \"/dev/sda 200\"") { text in
        Digits.number(text, as: UInt64.self).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }
    static let deviceLatency = ofDevice("a path and a time, like \"/dev/sda 25ms\"", rename: asMicroseconds) {
        UnitText.time($0, in: 1000)
    }

    static let addresses = plain(
        "addresses, like \"10.0.0.0/8 ::1\", or \"any\", \"localhost\", \"link-local\", \"multicast\"", isList: true
    ) { line in
        guard let words = UnitText.words(line), !words.isEmpty else { return nil }
        let prefixes = words.map(UnitAddress.prefixes)
        return prefixes.contains { $0 == nil } ? nil : .array(of: "(iayu)", prefixes.compactMap(\.self).flatMap(\.self))
    }

    static let bindings = plain("ports, like \"ipv4:tcp:1024-2048\", \"udp:53\" or \"any\"", isList: true) { line in
        UnitAddress.binding(line).map { .array(of: "(iiqq)", [$0]) }
    }

    static let programs = plain("a type and a path, like \"egress:/sys/fs/bpf/hook\"", isList: true) { line in
        guard let (type, path) = UnitText.pair(line, at: ":"), path.hasPrefix("/") else { return nil }
        return .array(of: "(ss)", [.tuple([.string(type), .string(path)])])
    }
}
