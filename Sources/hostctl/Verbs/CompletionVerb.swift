// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl completion SHELL`
enum CompletionVerb {
    static let verb = Verb(
        name: "completion", operands: [.shell],
        summary: "the script that completes hostctl's command lines in bash, zsh or fish",
        details: [
            "Completes verbs, options and their values, and asks the running hostd for the names and tags of services."
        ],
        examples: [
            .init("source <(hostctl completion bash)", "for this shell; in ~/.bashrc for all"),
            .init("hostctl completion zsh > ~/.zfunc/_hostctl", "where ~/.zfunc is in fpath before compinit"),
            .init("hostctl completion fish > ~/.config/fish/completions/hostctl.fish", "for fish"),
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let shell = session.request.words[0]
            guard let text = CompletionScript.text(of: shell) else {
                let shells = CompletionScript.shells
                let hint =
                    Nearest.to(shell, among: shells).map { "did you mean \($0)?" } ?? shells.joined(separator: ", ")
                throw .usage("there is no completion for \"\(CleanText.of(shell))\" (\(hint))")
            }
            if session.wantsJSON {
                let json: JSON = ["shell": .string(shell), "script": .string(text)]
                session.out.json(json.bytes)
            } else {
                session.out.line(text)
            }
            return .fine
        })
}
