// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[[apply]]`
enum TargetSection {
    static let limit = 32
    /// Each has one of these.
    static let actions = ["openclaw", "litellm", "template", "exec"]

    static let section: Section<TargetDraft> = Section(
        "apply", empty: TargetDraft(), hint: "[[apply]], with two brackets, and its keys below it", exclusive: actions,
        keys: [
            Key(
                "name", .tag, \.name, change: .inPlace,
                "What status calls it; the word of what is done there if not given, with a number from the second on."
            ),
            Key(
                "openclaw", .homePath, \.openclaw, change: .inPlace,
                "The folder of an OpenClaw: `~agent/.openclaw`."),
            Key("litellm", litellm, \.litellm),
            Key("template", template, \.template),
            Key(
                "exec", .command, \.exec, also: ["command", "run"], change: .inPlace,
                "Run this; it finds the models in the file that `HOSTD_MODELS_FILE` names."),
            Key(
                "user", .account, \.user, also: ["username"], change: .inPlace,
                "Who it is done as; the owner of the place if not given."),
            Key(
                "tier", .serviceName, \.tier, change: .inPlace,
                "The tier whose model an OpenClaw gets; `agent` if not given."),
            Key(
                "prefix", .modelPrefix, \.prefix, change: .inPlace,
                "What an OpenClaw or a LiteLLM wants before each ID, like `openrouter/`."),
        ])

    private static let litellm: Section<ModelTarget.LiteLLM> = Section(
        "apply.litellm", empty: ModelTarget.LiteLLM(), hint: "a table, like { config = \"/etc/litellm/config.yaml\" }",
        keys: [
            Key(
                "config", .path, \.config, also: ["file", "path"], change: .inPlace,
                "The configuration file that its model list is written to."),
            Key("url", .webAddress, \.url, also: ["http"], change: .inPlace, "The address of its API."),
            Key(
                "key_file", .path, \.keyFile, also: ["key", "token_file"], change: .inPlace,
                "The file whose first line is the key for its API."),
            Key(
                "service", .tag, \.service, change: .inPlace,
                "The service that it is, to be taken over to the new file."),
        ])

    private static let template: Section<TargetDraft.Template> = Section(
        "apply.template", empty: TargetDraft.Template(),
        hint: "a table, like { from = \"/etc/hostd/x.in\", to = \"/srv/x.json\" }",
        keys: [
            Key(
                "from", .path, \.from, also: ["source"], change: .inPlace,
                "The template, in which `${model.TIER}` is filled in."),
            Key("to", .path, \.to, also: ["target", "path"], change: .inPlace, "The file that is written from it."),
        ])

    /// What must hold between the keys of one.
    static func check(_ target: inout TargetDraft, _ place: Place, _ checking: inout Checking) {
        let given = [
            target.openclaw != nil, target.litellm != nil, target.template != nil, target.exec != nil,
        ]
        if !given.contains(true) {
            checking.report("says nothing to do (give one of \(actions.joined(separator: ", ")))", at: place)
        }
        let path = checking.currentPath
        if let proxy = target.litellm {
            if proxy.config == nil, proxy.url == nil {
                checking.report(path: path + ".litellm", "names neither file nor address (give config or url)")
            }
            if proxy.service != nil, proxy.url != nil, proxy.config == nil {
                checking.report(
                    path: path + ".litellm.service", "goes with config, which is not given (leave it out)")
            }
        }
        if target.tier != nil, target.openclaw == nil {
            checking.report(path: path + ".tier", "goes with openclaw (leave it out)")
        }
        if target.prefix != nil, target.openclaw == nil, target.litellm == nil {
            checking.report(path: path + ".prefix", "goes with openclaw and litellm (leave it out)")
        }
        if let template = target.template, template.from == nil || template.to == nil {
            checking.report(path: checking.currentPath + ".template", "lacks from or to (give both)")
        }
    }
}

extension TargetDraft {
    /// The target under `name`; nil where something is missing that was reported.
    func target(named name: String) -> ModelTarget? {
        action.map { ModelTarget(name: name, action: $0, user: user, tier: tier?.text, prefix: prefix) }
    }

    /// What is done; nil where something is missing that was reported.
    var action: ModelTarget.Action? {
        if let openclaw { return .openclaw(openclaw) }
        if let litellm { return .litellm(litellm) }
        if let template, let from = template.from, let to = template.to { return .template(from: from, to: to) }
        return exec.map { .exec($0) }
    }
}
