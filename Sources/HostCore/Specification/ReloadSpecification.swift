// SPDX-License-Identifier: Apache-2.0

/// How a service is told to read its own configuration again, without a restart.
public enum ReloadSpecification: Hashable, Sendable {
    /// This signal goes to the main process.
    case signal(Int32)
    /// This command runs as the service's user, in its environment; it exits 0 when all is well.
    case exec([String])
    /// POST to this URL, without a body; well with a status of 200 to 299.
    case http(url: String)
}
