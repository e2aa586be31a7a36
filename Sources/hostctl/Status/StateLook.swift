// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// How the state of a service looks, and whether it is as it should be.
enum StateLook: String, CaseIterable {
    case ready, running, starting, waiting, stopping, unhealthy, backoff, looping, held, stopped

    /// Whether a person should look: what `hostctl status` ends with 3 for.
    var needsAttention: Bool {
        switch self {
        case .waiting, .unhealthy, .backoff, .looping, .held: true
        case .ready, .running, .starting, .stopping, .stopped: false
        }
    }

    var tone: Style.Tone {
        switch self {
        case .ready: .good
        case .running, .starting, .stopping: .moving
        case .waiting, .unhealthy, .backoff: .warning
        case .looping, .held: .bad
        case .stopped: .faint
        }
    }

    func symbol(_ style: Style) -> String {
        switch self {
        case .ready, .running: style.hasSymbols ? "●" : "*"
        case .starting, .waiting, .stopping: style.hasSymbols ? "◐" : "~"
        case .unhealthy, .backoff: style.hasSymbols ? "▲" : "!"
        case .looping, .held: style.hasSymbols ? "✖" : "x"
        case .stopped: style.hasSymbols ? "○" : "-"
        }
    }
}

extension ServiceStatus {
    /// How its state looks; nil for a state of a newer hostd.
    var look: StateLook? { StateLook(rawValue: state) }

    /// Whether a person should look. A state that this hostctl does not know is worth a look.
    var needsAttention: Bool { look?.needsAttention ?? true }

    /// The symbol of its state, in its colour.
    func mark(_ style: Style) -> String {
        style.paint(look?.symbol(style) ?? "?", look?.tone ?? .warning)
    }
}

extension HostStatus {
    /// Whether anything is not as it should be.
    var needsAttention: Bool {
        !node.ok || conditions.contains { !$0.isOK } || services.contains(where: \.needsAttention)
            || ["held", "stalled"].contains { jobs.byState[$0, default: 0] > 0 }
    }
}
