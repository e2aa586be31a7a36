// SPDX-License-Identifier: Apache-2.0

/// What hostd is asked to do on its command line.
nonisolated enum HostdArguments {
    case run(Folders)
    case takeOver(Folders, ReexecInheritance)
    case selfTest(Folders)
    case check(Folders)
    case sweep(Folders)
    case sweepAll(Folders)
    case clean
    case applyModels
    case reference
    case agentReference
    case modelReference
    case unitReference
    case unit(String, Folders)
    case version
    case help

    /// What is wrong with a command line.
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        usage: hostd [--dir DIR | --config FILE]          run in the foreground
               hostd --check [--dir DIR | --config FILE]  read the configuration, print every error, exit 0 or 78
               hostd --sweep [--dir DIR | --config FILE]  end what a killed hostd left running, where it is to stay down
               hostd --sweep-all [--dir DIR | --config FILE]  that, whatever stop_with_hostd says: for a removal
               hostd --self-test [--dir DIR | --config FILE]  whether this binary could take over from the one that runs
               hostd --unit NAME [--dir DIR | --config FILE]  print the unit of a service or kind, as busctl takes it
               hostd --reference                          print all keys of the configuration, as Markdown
               hostd --reference-agents                   print all keys of presets for jobs, as Markdown
               hostd --reference-models                   print all keys of models.toml, as Markdown
               hostd --reference-units                    print sandboxes and unit properties, as Markdown
               hostd --version | --help
        DIR holds hostd.toml, state, run and log; without it the places of the system (root) or the user are taken.
        """

    static func parse(_ arguments: [String]) -> Result<HostdArguments, Problem> {
        var dir: String?
        var configuration: String?
        var mode: (Folders) -> HostdArguments = Self.run
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": return .success(.help)
            case "--reference": return .success(.reference)
            case "--reference-agents": return .success(.agentReference)
            case "--reference-models": return .success(.modelReference)
            case "--reference-units": return .success(.unitReference)
            case "--version": return .success(.version)
            // For hostd's own use: CleaningHelper.
            case "--clean": return .success(.clean)
            // For hostd's own use: TargetHelper.
            case "--apply-models": return .success(.applyModels)
            case "--check": mode = Self.check
            case "--sweep": mode = Self.sweep
            case "--sweep-all": mode = Self.sweepAll
            case "--self-test": mode = Self.selfTest
            case "--unit":
                guard let name = rest.popFirst() else {
                    return .failure(Problem(description: "--unit takes the name of a service or kind"))
                }
                mode = { .unit(name, $0) }
            case "--takeover":
                guard let inherited = ReexecInheritance(rest.popFirst() ?? "") else {
                    return .failure(Problem(description: "--takeover is for hostd's own use"))
                }
                mode = { .takeOver($0, inherited) }
            case "--dir", "--config":
                guard let value = rest.popFirst() else {
                    return .failure(Problem(description: "\(argument) takes a path"))
                }
                if argument == "--dir" { dir = value } else { configuration = value }
            default: return .failure(Problem(description: "\"\(argument)\" is no option of hostd"))
            }
        }
        if dir != nil, configuration != nil {
            return .failure(Problem(description: "--dir and --config exclude each other"))
        }
        let folders = dir.map { Folders(dir: $0) } ?? Folders(configuration: configuration)
        return .success(mode(folders))
    }
}
