// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Reads the tables of one service into as many services as it has instances.
struct ServiceReader {
    let name: ServiceName
    /// What each file says of it, the first one first.
    private let files: [TomlNode]
    /// The same with its preset before them.
    private var tables: [TomlNode]
    /// False when a file could not be read to its end: what is missing may stand there.
    private var isComplete: Bool

    private var path: String { "service.\(name)" }

    init(name: ServiceName, files: [TomlNode], isComplete: Bool) {
        self.name = name
        self.files = files
        self.isComplete = isComplete
        tables = files
    }

    /// The service, or its instances; none after an error. An error is reported for the first instance that has it.
    func read(_ presets: inout PresetLibrary, _ checking: inout Checking) -> [ServiceDraft] {
        var reader = self
        reader.takePreset(from: &presets, &checking)
        return reader.instances(&checking)
    }

    private mutating func takePreset(from presets: inout PresetLibrary, _ checking: inout Checking) {
        guard let node = files.compactMap({ $0[PresetKey.name] }).last, case .text(let name) = node.value, !name.isEmpty
        else {
            return
        }
        if let preset = presets.preset(name, &checking) {
            if let table = preset.table { tables = [table] + files } else { isComplete = false }
            return
        }
        isComplete = false
        checking.report(
            path: "\(path).\(PresetKey.name)", PresetLibrary.complaint(name, among: presets.names), at: node.place)
    }

    private func instances(_ checking: inout Checking) -> [ServiceDraft] {
        let errorCount = checking.errorCount
        let first = draft(instance: 1, &checking)
        guard first.instances > 1 else {
            return [ServiceRules(name: name, draft: first, isComplete: isComplete).finish(&checking)]
        }
        guard name.instance(first.instances) != nil else {
            let longest = ServiceName.sizeLimit - "@\(first.instances)".utf8.count
            checking.report(
                path: path + ".instances",
                "\"\(name)\" is too long a name for \(first.instances) instances (at most \(longest) letters)")
            return []
        }
        var services: [ServiceDraft] = []
        for number in 1...first.instances {
            let draft = number == 1 ? first : draft(instance: number, &checking)
            let rules = ServiceRules(name: name, draft: draft, isComplete: isComplete)
            var service = rules.finish(&checking)
            service.specification.name = name.instance(number) ?? name
            services.append(service)
            if checking.errorCount > errorCount { return [] }
        }
        checkPorts(of: services, &checking)
        return checking.errorCount > errorCount ? [] : services
    }

    private func draft(instance: Int, _ checking: inout Checking) -> ServiceDraft {
        checking.variables = [Interpolation.instance: "\(instance)"]
        checking.variables[Interpolation.port] = firstPort(checking.variables)
        defer { checking.variables = [:] }
        var draft = ServiceSection.section.empty
        checking.inside("service") { checking in
            checking.inside(name.text) { checking in
                for table in tables { ServiceSection.section.apply(table, to: &draft, &checking) }
            }
        }
        return draft
    }

    /// What `${port}` stands for, which has to be known before the other keys are read.
    private func firstPort(_ variables: [String: String]) -> String? {
        for table in tables.reversed() {
            guard let node = table[PortKey.name] else { continue }
            var checking = Checking()
            checking.variables = variables
            // What is wrong with the ports is told when they are read in their turn.
            guard let ports = PortKey.type.read(node, &checking) else { return "1" }
            return ports.first.map { "\($0)" }
        }
        return nil
    }

    private func checkPorts(of services: [ServiceDraft], _ checking: inout Checking) {
        var owners: [UInt16: ServiceName] = [:]
        for service in services.map(\.specification) {
            for (index, port) in service.ports.enumerated() {
                guard let owner = owners.updateValue(service.name, forKey: port) else { continue }
                return checking.report(
                    path: path + ".ports", item: index,
                    "\(port) is a port of \(owner) and of \(service.name) (write one like \"18780+${instance}\")")
            }
        }
    }
}

/// `preset`, which says what stands before the files.
enum PresetKey {
    static let name = "preset"
}

/// `ports`, which is read before all other keys.
enum PortKey {
    static let name = "ports"
    static let type = ValueType<[UInt16]>.list(of: .port, "ports", atMost: 64)
}

extension TomlNode {
    /// The value of a key of this table.
    fileprivate subscript(key: String) -> TomlNode? {
        guard case .table(let entries) = value else { return nil }
        return entries.first { $0.key == key }?.node
    }
}
