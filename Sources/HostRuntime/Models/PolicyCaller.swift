// SPDX-License-Identifier: Apache-2.0

/// Somebody who waits for a policy to be in force.
struct PolicyCaller {
    /// What they wait for.
    enum Wish: Hashable {
        /// A policy of this digest.
        case says(digest: String)
        /// The candidate of this tier as its model.
        case promotes(tier: String)
    }

    let wish: Wish
    let then: (Result<Int64, PolicyRefusal>) -> Void
}

/// Why a policy was not taken over: every reason.
nonisolated struct PolicyRefusal: Error, Hashable, Sendable {
    let errors: [String]

    init(_ errors: [String]) { self.errors = errors }
    init(_ error: String) { errors = [error] }
}
