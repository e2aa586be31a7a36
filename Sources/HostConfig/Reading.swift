// SPDX-License-Identifier: Apache-2.0

import HostCore

/// One pass over all files: the values, and for each key where its value stands.
struct Reading {
    /// The files of the configuration, without presets.
    let files: [ConfigurationFile]
    private(set) var checking = Checking()
    private(set) var presets: PresetLibrary

    init(_ files: [ConfigurationFile]) {
        self.files = files.filter { $0.preset == nil }
        presets = PresetLibrary(files: files.filter { $0.preset != nil })
    }

    /// What is wrong with the files; nil when nothing is.
    var errors: ConfigurationErrors? { checking.errors(fileName: fileName) }

    /// How the file of a place is named.
    func fileName(_ index: Int) -> String {
        presets.place(index)?.path ?? (files.indices.contains(index) ? files[index].path : "")
    }

    /// Where the value of a key comes from; what an earlier file gave and a later one took back is nobody's.
    func source(of key: KeyDescription, at path: String) -> ValueSource {
        guard key.value != nil, let place = checking.place(of: path) else { return .standard }
        let location = ValueSource.Location(file: fileName(place.file), line: place.line)
        return presets.place(place.file).map { .preset($0.name, location) } ?? .file(location)
    }

    /// Reads one preset for jobs and nothing else.
    mutating func agentPreset(_ name: String) -> AgentPreset? {
        if case .found(let preset) = presets.agentPreset(name, &checking) { preset } else { nil }
    }

    /// Reads everything.
    mutating func configuration() -> HostConfiguration {
        var draft = RootSection.section.empty
        var isComplete = true
        for (index, file) in files.enumerated() {
            do throws(TomlDocument.Failure) {
                guard index < ConfigurationReader.fileLimit else {
                    throw TomlDocument.Failure(
                        place: Place(file: index, line: 1, column: 1),
                        message: "this is file \(index + 1) of the configuration "
                            + "(at most \(ConfigurationReader.fileLimit))")
                }
                RootSection.section.apply(try TomlDocument.parse(file.bytes, file: index), to: &draft, &checking)
            } catch {
                isComplete = false
                checking.report(error)
            }
        }
        if isComplete { ModelsSection.check(draft.models, &checking) }
        let families = draft.services.keys.sorted().map { name in
            let reader = ServiceReader(name: name, files: draft.services[name] ?? [], isComplete: isComplete)
            return Family(name: name, instances: reader.read(&presets, &checking))
        }
        presets.checkUnused(&checking)
        let rules = [
            OrderRules(key: "after", verb: "wait", "for", families, \.after),
            OrderRules(key: "restart_with", verb: "restart", "with", families, \.restartWith),
        ]
        for rule in rules { rule.check(isComplete: isComplete, &checking) }
        ListenRules(families).check(&checking)
        let services = InstanceNames(families).spelledOut()
        if isComplete {
            LaunchFigureRule(services: services.map(\.specification), probes: draft.network.probes.map(\.name))
                .check(&checking)
        }
        let names = services.map(\.specification.name)
        let kinds = draft.kinds.sorted { $0.key < $1.key }.compactMap { name, files in
            KindReader(name: name, files: files, isComplete: isComplete).read(&presets, &checking)
        }
        let foreign = draft.foreignLogs.sorted { $0.key < $1.key }.compactMap { name, files in
            ForeignLogReader(name: name, files: files, isComplete: isComplete, services: names).read(&checking)
        }
        return HostConfiguration(draft, services, kinds, foreign)
    }
}
