// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostWire

/// `hostd --unit NAME`: the transient unit of a service, or of a job of a kind, as the systemd launcher starts it: one
/// property a line, each as busctl(1) takes it.
nonisolated enum UnitListing {
    static func run(_ name: String, _ folders: Folders) -> Int32 {
        switch ConfigurationLoader(folders: folders).load() {
        case .failure(let failure):
            StandardDescriptors.sayError(failure.description)
            return ExitCode.badFile.rawValue
        case .success((let configuration, _)):
            guard let unit = unit(name, configuration, folders) else {
                StandardDescriptors.sayError("hostd: no service and no kind is called \"\(name)\"")
                return ExitCode.noSuchName.rawValue
            }
            let lines = unit.properties.map { $0.words.map(quoted).joined(separator: " ") }
            StandardDescriptors.say(lines.joined(separator: "\n"))
            return 0
        }
    }

    private static func unit(_ name: String, _ configuration: HostConfiguration, _ folders: Folders) -> ServiceUnit? {
        let manager = ServiceUnit.Manager(isUser: getuid() != 0, ownUnit: "hostd.service")
        if let service = configuration.services.first(where: { $0.name.text == name }) {
            let instance = InstanceID(service: service.name, launch: 1)
            return ServiceUnit(
                instance, service, .service, folders: open(service.launch, folders), manager: manager)
        }
        guard let kind = configuration.kinds.first(where: { $0.name == name }), let job = JobID(1) else { return nil }
        let service = ServiceSpecification(
            name: job.name, launch: kind.launch, stop: kind.rules.stop, limits: kind.limits, log: kind.log)
        return ServiceUnit(
            job.instance(1), service, .job(kind: kind.name), folders: open(kind.launch, folders), manager: manager)
    }

    private static func open(_ launch: LaunchSpecification, _ folders: Folders) -> ServiceUnit.Folders {
        let own = launch.directory ?? (try? ChildIdentity.resolve(launch))?.directory
        return ServiceUnit.Folders(of: folders, directory: own)
    }

    /// In single quotes for a shell, where it has to be.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
