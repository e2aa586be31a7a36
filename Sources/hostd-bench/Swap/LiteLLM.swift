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

    /// Its configuration: the model `agent` is `model` of the provider at `port`.
    static func configuration(model: String, provider port: Int32) -> String {
        """
        model_list:
        - model_name: agent
          litellm_params: { model: openai/\(model), api_base: "http://127.0.0.1:\(port)/v1", api_key: none }
        general_settings: { master_key: \(key) }

        """
    }

    /// A weak one it refuses.
    private static let key = "sk-bench-7f3c9a1e5b2d8046c1e9"
}
