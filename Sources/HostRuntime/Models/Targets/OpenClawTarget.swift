// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// `openclaw`: the models in the configuration of an OpenClaw. Its Gateway watches that file and takes it over by
/// itself, so what is put there is whole and right: it is made beside it, checked there, and takes its place at once.
nonisolated struct OpenClawTarget {
    private let models: OpenClawModels
    private let commands: TargetCommands
    private let folder: String
    private let file: String
    /// What is made and checked before it takes the file's place.
    private let draft: String

    init(_ work: TargetHelper.Work, folder: String) throws(TargetFailure) {
        let target = work.order.target
        let name = target.tier ?? ModelTarget.defaultTier
        guard let tier = work.order.models.tiers[name] else {
            throw TargetFailure("there is no tier \"\(name)\" (there is: \(work.order.models.names))")
        }
        let prefix = target.prefix ?? ""
        models = OpenClawModels(primary: prefix + tier.model, fallbacks: tier.fallback.map { prefix + $0 })
        commands = work.commands
        self.folder = folder
        file = folder + "/openclaw.json"
        draft = folder + "/.openclaw.json.hostd-draft"
    }

    func apply() throws(TargetFailure) -> String? {
        let old = try TargetFile(reading: file)
        let program = try commands.find("openclaw")
        defer { removeDraft() }
        let isStrict = (try? JSON(parsing: old.bytes)) != nil
        let new = isStrict ? try edited(old.bytes, program) : try editedByProgram(old.bytes, program)
        guard let new else { return SHA256.hex(of: old.bytes) }
        guard try TargetFile(reading: file).bytes == old.bytes else {
            throw TargetFailure("\(file) was changed by somebody else meanwhile")
        }
        try TargetFailure.of { () throws(SystemError) in
            try Files.renew(file + ".hostd.bak", with: old.bytes, mode: 0o600)
            try Files.renew(file, with: new, mode: 0o600)
        }
        return SHA256.hex(of: new)
    }

    /// The file with the models in it, all else as it was; nil when it has them.
    private func edited(_ bytes: [UInt8], _ program: String?) throws(TargetFailure) -> [UInt8]? {
        let config: JSON
        var text: JSONText
        do throws(JSONError) {
            config = try JSON(parsing: bytes)
            text = try JSONText(bytes)
        } catch {
            throw TargetFailure("\(file): \(error)")
        }
        if let place = OpenClawModels.included(in: config) {
            let what = place.isEmpty ? "all of it" : place
            throw TargetFailure(
                "\(file): \(what) comes from another file by $include (write it into this one, or make that file "
                    + "a template)")
        }
        let changes = models.changes(in: config)
        guard !changes.isEmpty else { return nil }
        for change in changes { text.set(change.value, at: change.path) }
        if let program {
            try validate(program, file, "before anything was changed")
            try put(text.bytes)
            try validate(program, draft, "with the new models; it was left as it was")
        }
        return text.bytes
    }

    /// A file with comments is changed by OpenClaw itself, on a copy: one question, one answer.
    private func editedByProgram(_ bytes: [UInt8], _ program: String?) throws(TargetFailure) -> [UInt8]? {
        guard let program else {
            throw TargetFailure(
                "\(file) is no plain JSON, and there is no openclaw in the PATH that could change it (install it "
                    + "there, or leave comments and trailing commas out)")
        }
        try validate(program, file, "before anything was changed")
        try put(bytes)
        // What it warns of would stand between the JSON.
        let asking = ["/bin/sh", "-c", "exec \"$@\" 2>/dev/null", "sh", program, "config", "get", "agents", "--json"]
        let answer = try commands.answer(asking, environment(draft))
        let agents = answer.code == 0 ? try Self.object(in: answer.output) : JSON.object([])
        let config: JSON = ["agents": agents]
        let changes = models.changes(in: config)
        guard !changes.isEmpty else { return nil }
        let batch = OpenClawModels.batch(changes, in: config).serialized
        do throws(TargetFailure) {
            try commands.run([program, "config", "set", "--batch-json", batch], environment(draft))
        } catch {
            throw TargetFailure("openclaw config set --batch-json: \(error)")
        }
        try validate(program, draft, "with the new models; it was left as it was")
        return try TargetFile(reading: draft).bytes
    }

    private func put(_ bytes: [UInt8]) throws(TargetFailure) {
        removeDraft()
        try TargetFailure.of { () throws(SystemError) in try Files.renew(draft, with: bytes, mode: 0o600) }
    }

    /// Also what OpenClaw keeps of it.
    private func removeDraft() {
        let name = draft.dropFirst(folder.count + 1)
        for found in (try? Files.list(folder)) ?? [] where found.hasPrefix(name) {
            unlink(folder + "/" + found)
        }
    }

    private func environment(_ path: String) -> [String: String] {
        ["OPENCLAW_STATE_DIR": folder, "OPENCLAW_CONFIG_PATH": path, "NO_COLOR": "1"]
    }

    private func validate(_ program: String, _ path: String, _ when: String) throws(TargetFailure) {
        let answer = try commands.answer([program, "config", "validate"], environment(path))
        guard answer.code != 0 else { return }
        // Early versions cannot be asked.
        let text = String(decoding: answer.output, as: UTF8.self).lowercased()
        if text.contains("unknown command") || text.contains("too many arguments") { return }
        throw TargetFailure("\(file) is not valid \(when): \(TargetCommands.text(of: answer))")
    }

    /// The object that a program wrote, after whatever it greets with.
    private static func object(in output: [UInt8]) throws(TargetFailure) -> JSON {
        let start = output.firstIndex(of: UInt8(ascii: "{")) ?? output.endIndex
        let end = output.lastIndex(of: UInt8(ascii: "}")).map { $0 + 1 } ?? start
        guard start < end, let json = try? JSON(parsing: Array(output[start..<end])) else {
            throw TargetFailure("openclaw config get agents --json: its answer is no JSON")
        }
        return json
    }
}
