// SPDX-License-Identifier: Apache-2.0

/// How much a program is locked in (docs/units.md). Only systemd can do it.
public enum Sandbox: String, Hashable, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// What practically every program survives: the host itself cannot be changed.
    case basic
    /// Only its own folder can be written to, and only what ordinary programs call can be called.
    case strict
}
