// SPDX-License-Identifier: Apache-2.0

/// A way to give a gateway another model.
struct SwapWay {
    let title: String
    /// The keys of its service beyond those that all have.
    private let keys: String

    /// Everything but the policy is in the configuration.
    static let all = [
        SwapWay(title: "restart", keys: "command = [LITELLM]\nports = [PORT]"),
        SwapWay(
            title: "restart, socket held", keys: "command = [LITELLM, \"--run_gunicorn\"]\nports = [PORT+1]\n" + held),
        SwapWay(
            title: "two in turn, socket held",
            keys: "command = [LITELLM, \"--run_gunicorn\"]\nports = [\"PORT+${instance}\"]\ninstances = 2\n" + held),
    ]

    /// All listen at the address of the service, and each at one of its own, where it is asked how it is.
    private static let held = "listen = [\"127.0.0.1:PORT\", \"127.0.0.1:PORT+${instance}\"]"

    /// The whole configuration of a host that runs `litellm` at `port`, in `folder`.
    func configuration(_ litellm: LiteLLM, port: Int, provider: Int32, folder: String) -> String {
        let program = "\"\(litellm.programs)/litellm\", \"--config\", \"\(folder)/config.yaml\""
        let arguments = "\"--host\", \"127.0.0.1\", \"--port\", \"${port}\", \"--num_workers\", \"1\""
        let own = keys.replacing("LITELLM", with: program + ", " + arguments)
        let api = "OPENAI_API_BASE = \"http://127.0.0.1:\(provider)/v1\", OPENAI_API_KEY = \"none\""
        return """
            [host]
            launcher = "direct"
            [service.gateway]
            preset = "litellm"
            env = { LITELLM_LOCAL_MODEL_COST_MAP = "True", \(api) }
            \(own.replacing("[PORT+1]", with: "[\(port + 1)]").replacing("PORT", with: "\(port)"))

            """
    }
}
