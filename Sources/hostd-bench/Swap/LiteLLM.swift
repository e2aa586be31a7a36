// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// The LiteLLM proxy that tools/litellm has fetched.
struct LiteLLM {
    /// The folder of its programs.
    let programs: String

    /// nil where it was not fetched.
    init?() {
        let home = getenv("HOME").map { String(cString: $0) } ?? "/"
        let cache = getenv("XDG_CACHE_HOME").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
        let place = (cache ?? home + "/.cache") + "/hostd-tests/litellm"
        guard Files.exists(place + "/complete") else { return nil }
        programs = place + "/bin"
    }

    /// What tools beside the proxy are run with.
    var python: String { programs + "/python3" }

    /// Its configuration, in which hostd writes the models.
    static let configuration = """
        model_list:
          # hostd: begin models
          # hostd: end models
        general_settings: { master_key: \(key) }

        """

    /// A policy in which the tier `agent` is `model`, for the configuration at `path` of the service `gateway`.
    static func policy(model: String, at path: String) -> String {
        """
        [tier.agent]
        model = "\(model)"
        [[apply]]
        litellm = { config = "\(path)", service = "gateway" }
        prefix = "openai/"

        """
    }

    /// A weak one it refuses.
    private static let key = "sk-bench-7f3c9a1e5b2d8046c1e9"
}
