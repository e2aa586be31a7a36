// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Reads the text of configuration files into checked values.
public enum ConfigurationReader {
    /// More files than these are an error.
    public static let fileLimit = 256

    /// Reads the files in their order: hostd.toml first, then conf.d/*.toml sorted by name. A key that stands in
    /// several files has the value of the last one, also within the tables of a service.
    ///
    /// Fails with everything that is wrong in any of them; a syntax error ends its file, not the others.
    public static func read(_ files: [ConfigurationFile]) -> Result<HostConfiguration, ConfigurationErrors> {
        var checking = Checking()
        var draft = RootSection.section.empty
        var isComplete = true
        for (index, file) in files.enumerated() {
            do throws(TomlDocument.Failure) {
                guard index < fileLimit else {
                    throw TomlDocument.Failure(
                        place: Place(file: index, line: 1, column: 1),
                        message: "this is file \(index + 1) of the configuration (at most \(fileLimit))")
                }
                RootSection.section.apply(try TomlDocument.parse(file.bytes, file: index), to: &draft, &checking)
            } catch {
                isComplete = false
                checking.report(error)
            }
        }
        let services = finish(draft.services, isComplete: isComplete, &checking)
        if let errors = checking.errors(paths: files.map(\.path)) { return .failure(errors) }
        return .success(HostConfiguration(draft, services))
    }

    /// The same for texts that are known to be UTF-8.
    public static func read(files: [(path: String, text: String)]) -> Result<HostConfiguration, ConfigurationErrors> {
        read(files.map { ConfigurationFile(path: $0.path, text: $0.text) })
    }

    private static func finish(
        _ tables: [ServiceName: [TomlNode]], isComplete: Bool, _ checking: inout Checking
    ) -> [ServiceDraft] {
        let families = tables.keys.sorted().map { name in
            Family(
                name: name,
                instances: ServiceReader(name: name, tables: tables[name] ?? [], isComplete: isComplete)
                    .read(&checking))
        }
        let rules = [
            OrderRules(key: "after", verb: "wait", "for", families, \.after),
            OrderRules(key: "restart_with", verb: "restart", "with", families, \.restartWith),
        ]
        for rule in rules { rule.check(isComplete: isComplete, &checking) }
        return InstanceNames(families).spelledOut()
    }
}
