// SPDX-License-Identifier: Apache-2.0

/// The targets that a policy is applied to, by name.
public enum PolicyTargets {
    /// The file that `HOSTD_MODELS_FILE` names: there always is that one, and it comes first.
    public static let file = "models-file"

    /// A service that has to be told, `service/NAME`: no target of `[[apply]]` has a stroke in its name.
    public static func service(_ name: ServiceName) -> String { "service/\(name)" }
}
