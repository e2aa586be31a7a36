// SPDX-License-Identifier: Apache-2.0

/// What is done about a service that runs when the policy gives it another model.
public enum ModelChange: Hashable, Sendable {
    /// Nothing: its next launch has the new one, and until then `status` says that it is to come.
    case none
    /// It is restarted, at a quiet moment.
    case restart
    /// It is told, and takes the new one by itself.
    case tell(ReloadSpecification)

    /// In words, for people: `restart at a quiet moment`.
    public var text: String {
        switch self {
        case .none: "keeps what it has until its next launch"
        case .restart: "restart at a quiet moment"
        case .tell(.signal(let number)): "signal \(SignalName.text(number))"
        case .tell(.exec): "told by model_change.exec"
        case .tell(.http(let url)): "told by POST \(url)"
        }
    }
}
