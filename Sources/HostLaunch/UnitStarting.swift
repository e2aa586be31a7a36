// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux

/// Who has the service manager start keepers.
public protocol UnitStarting: AnyObject {
    /// The controllers that keep limits in its units: of `memory`, `pids` and `cpu`.
    var controllers: Set<String> { get }

    /// Starts the program `keeper` in a unit of its own; it reads `command` from `input`. The launcher hears the keeper
    /// itself, or is told that the launch has failed.
    func start(
        _ command: KeeperCommand, _ service: ServiceSpecification, keeper: String, input: consuming Descriptor)
    /// The keeper of a launch has been heard.
    func ran(_ instance: InstanceID)
    /// Nobody wants a launch any more whose keeper has not been heard: it is taken back, and its unit killed.
    func cancel(_ instance: InstanceID)
    /// Takes back a launch that the manager does not have yet; false where it may have it.
    func withdraw(_ instance: InstanceID) -> Bool
    /// Gives the unit of an instance the limits of `service`.
    func apply(_ service: ServiceSpecification, to instance: InstanceID)
    /// The name of the unit of an instance.
    func name(of instance: InstanceID) -> String
}
