// SPDX-License-Identifier: Apache-2.0

/// A place that the IDs of a policy go to, besides environments and `HOSTD_MODELS_FILE`.
public struct ModelTarget: Hashable, Sendable {
    /// What is done there.
    public enum Action: Hashable, Sendable {
        /// The configuration of an OpenClaw in this folder, `~agent/.openclaw`, is changed.
        case openclaw(String)
        /// The model list of a LiteLLM proxy: its configuration file is written, or its API asked.
        case litellm(LiteLLM)
        /// A file is written anew from a template: where it comes from, and where it goes.
        case template(from: String, to: String)
        /// A command is run; it finds the models in `HOSTD_MODELS_FILE`.
        case exec([String])

        /// Its key in the file.
        public var word: String {
            switch self {
            case .openclaw: "openclaw"
            case .litellm: "litellm"
            case .template: "template"
            case .exec: "exec"
            }
        }
    }

    /// How a LiteLLM proxy is reached.
    public struct LiteLLM: Hashable, Sendable {
        /// The configuration file that its model list is written to.
        public var config: String?
        /// The address of its API.
        public var url: String?
        /// The file whose first line is the key for that API.
        public var keyFile: String?
        /// The service of hostd that it is, to be taken over to the new file without a refused request.
        public var service: String?

        /// A proxy of which nothing is known.
        public init() {}
    }

    /// What people call it; unlike that of any other target.
    public var name: String
    /// What is done.
    public var action: Action
    /// The user that it is done as; nil: the owner of the place.
    public var user: String?
    /// The tier whose model goes there, where one has to be chosen; nil: `defaultTier`.
    public var tier: String?
    /// What stands before each ID there: a gateway may know `openrouter/a/b` where the policy says `a/b`.
    public var prefix: String?

    /// The tier of a target that says none.
    public static let defaultTier = "agent"

    /// A target.
    public init(
        name: String, action: Action, user: String? = nil, tier: String? = nil, prefix: String? = nil
    ) {
        self.name = name
        self.action = action
        self.user = user
        self.tier = tier
        self.prefix = prefix
    }
}
