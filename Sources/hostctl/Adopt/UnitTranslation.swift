// SPDX-License-Identifier: Apache-2.0

internal import HostConfig

/// A unit file in hostd's words. Pure: what it has to know besides stands in its context.
struct UnitTranslation {
    let file: UnitFile
    let context: UnitContext
    private(set) var service: AdoptedService
    /// Keys that were translated; what is left at the end has no equivalent.
    private var done: Set<String> = []
    private var unknownSpecifiers: Set<String> = []
    /// What `Environment=` says.
    private(set) var environment: [String: String] = [:]
    /// The command's words.
    private(set) var words: [String] = []

    /// What `file` becomes as a service of that name.
    static func translate(_ file: UnitFile, _ context: UnitContext, name: String) -> AdoptedService {
        var translation = UnitTranslation(file, context, name: name)
        translation.takeAll()
        return translation.service
    }

    private init(_ file: UnitFile, _ context: UnitContext, name: String) {
        self.file = file
        self.context = context
        let manager = context.user.map { "of user \($0.name)" } ?? "of the system"
        service = AdoptedService(name: name, unit: context.unit, manager: manager, paths: file.paths)
    }

    private mutating func takeAll() {
        takeEnvironment()
        let command = command()
        let known = words.isEmpty ? nil : PresetFit.of(words, unit: context.unit)
        if let known {
            service.preset = known.preset
            service.set("preset", TomlText.string(known.preset))
        }
        if let command { service.set("command", command.toml) }
        takePlace()
        takePerson()
        writeEnvironment()
        takeHooks()
        takeOrder()
        takePorts(known)
        takeSockets()
        takeProbes()
        takeRestart()
        takeStop()
        takeReload()
        takeLimits()
        takeRest()
    }

    // MARK: - For the parts

    /// The last value of a key of [Service], with specifiers filled in, which counts as translated.
    mutating func take(_ key: String, _ section: String = "Service") -> String? {
        done.insert("\(section).\(key)")
        return file.last(section, key).map { filled($0) }
    }

    /// All values of a key.
    mutating func takeAll(_ key: String, _ section: String = "Service") -> [String] {
        done.insert("\(section).\(key)")
        return file.all(section, key)
    }

    func isDone(_ setting: UnitFile.Setting) -> Bool { done.contains("\(setting.section).\(setting.key)") }

    mutating func filled(_ text: String) -> String {
        UnitWords.expanded(text, context.specifiers, unknown: &unknownSpecifiers)
    }

    mutating func set(_ key: String, _ value: String) { service.set(key, value) }
    mutating func note(_ text: String) { service.note(text) }
    mutating func block(_ text: String) { service.block(text) }
    mutating func property(_ key: String, _ value: String) { service.property(key, value) }

    /// The commands of a key, variables filled in as far as they are known.
    mutating func commands(_ key: String) -> [UnitCommand] {
        var commands: [UnitCommand] = []
        for text in takeAll(key) {
            guard var command = UnitCommand(text, context.specifiers, unknown: &unknownSpecifiers) else {
                block("\(key)=\(text) is no command that can be read")
                continue
            }
            // What a file says wins over Environment=, and is not known before the launch.
            if file.all("Service", "EnvironmentFile").isEmpty { command.fill(environment) }
            commands.append(command)
        }
        return commands
    }

    mutating func settle() {
        service.settleProperties()
        guard !unknownSpecifiers.isEmpty else { return }
        block("\(unknownSpecifiers.sorted().joined(separator: ", ")): not known here; write what it stands for")
    }

    // MARK: - What is run

    private mutating func command() -> UnitCommand? {
        let all = commands("ExecStart")
        let type = take("Type")
        switch type {
        case "forking":
            block(
                "Type=forking: hostd runs programs in the foreground (give the option for that, and leave PIDFile= out)"
            )
        case "oneshot": block("Type=oneshot: runs to an end (a before_start hook, a job, or still a unit)")
        case "dbus": note("Type=dbus: ready by its bus name; here by a probe (ready = { … }), or when it has started")
        default: break
        }
        guard var first = all.first, all.count == 1 else {
            block(all.isEmpty ? "it has no ExecStart=" : "it has \(all.count) commands in ExecStart=; one is kept")
            return all.last
        }
        if first.isForgiven { note("ExecStart=-…: every exit counts as clean; here success_exit names them") }
        first.isForgiven = false
        words = first.plain ?? []
        return first
    }

    private mutating func takePlace() {
        guard let directory = take("WorkingDirectory") else {
            if context.user == nil { set("directory", TomlText.string("/")) }
            return
        }
        let path = directory.hasPrefix("-") ? String(directory.dropFirst()) : directory
        // The user's home is where a service works that has no other folder.
        if path != "~" { set("directory", TomlText.literal(path)) }
        if directory.hasPrefix("-") { note("WorkingDirectory=-…: here the folder has to be there") }
    }

    private mutating func takePerson() {
        let user = take("User")
        if let person = context.user {
            if context.isRoots { set("user", TomlText.string(person.name)) }
        } else if let user, context.isRoots {
            set("user", TomlText.string(user))
        } else if !context.isRoots {
            note("it runs as \(user ?? "root"), and this hostd, which is not root's, as you")
        }
        if let group = take("Group") { set("group", TomlText.string(group)) }
        let groups = takeAll("SupplementaryGroups").flatMap { $0.split(separator: " ").map(String.init) }
        if !groups.isEmpty { set("groups", TomlText.list(groups.map(TomlText.string))) }
        if UnitValues.isYes(take("DynamicUser")) { block("DynamicUser=yes: give it a user (user = \"…\")") }
        if let mask = take("UMask") { set("umask", TomlText.string(mask)) }
        if let nice = take("Nice").flatMap({ Int($0) }) { set("nice", "\(nice)") }
        if let adjust = take("OOMScoreAdjust").flatMap({ Int($0) }) { set("oom_score_adj", "\(adjust)") }
    }

    private mutating func takeEnvironment() {
        for text in takeAll("Environment") {
            for word in UnitWords.split(text) ?? [] {
                guard let sign = word.firstIndex(of: "=") else { continue }
                environment[String(word[..<sign])] = filled(String(word[word.index(after: sign)...]))
            }
        }
    }

    private mutating func writeEnvironment() {
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
            if value == context.unit {
                note("Environment=\(name)=\(value) names the unit itself and is left out")
            } else if ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"].contains(name) {
                note("Environment=\(name)=… is set by hostd itself")
            } else {
                set("env.\(TomlText.key(name))", TomlText.literal(value))
            }
        }
        let files = takeAll("EnvironmentFile").map { filled($0) }
        guard let first = files.first else { return }
        let path = first.hasPrefix("-") ? String(first.dropFirst()) : first
        set("env_file", TomlText.literal(path))
        if first.hasPrefix("-") {
            note("EnvironmentFile=-…: here the file has to be there (leave env_file out if not)")
        }
        if !environment.isEmpty { note("env wins over env_file; in the unit the file won over Environment=") }
        for other in files.dropFirst() { block("EnvironmentFile=\(other): hostd reads one file; put them together") }
    }

    private mutating func takePorts(_ known: KnownProgram?) {
        if let port = PresetFit.port(in: words), known?.ports != [port] { set("ports", "[\(port)]") }
        if known?.nativeUnits.contains(where: { UnitNames.matches($0, context.unit) }) != true {
            set("native_units", TomlText.list([TomlText.string(context.unit)]))
        }
    }
}
