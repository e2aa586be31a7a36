// SPDX-License-Identifier: Apache-2.0

/// What is done about a service that runs when the policy gives it another model.
public enum ModelChange: Hashable, Sendable {
    /// Nothing: its next launch has the new one, and until then `status` says that it is to come.
    case none
    /// It is restarted, at a quiet moment.
    case restart
    /// It is told, and takes the new one by itself.
    case tell(ReloadSpecification)
}
