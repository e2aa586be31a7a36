// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ServiceName {
    /// The name that `text` is, or nil after reporting that it is none.
    static func checked(
        _ text: String, noun: String = "service", at place: Place, _ checking: inout Checking
    ) -> ServiceName? {
        if let name = ServiceName(text) { return name }
        checking.report(
            "\(quoted(text)) is no name of a \(noun) (a lower-case letter, then at most 47 of a-z, 0-9, _ and -)",
            at: place)
        return nil
    }
}

extension ServiceName {
    /// The name of a table `[service.NAME]`, `section`: an instance has none of its own, and names of jobs are taken.
    static func ofTable(
        _ text: String, of section: String, at place: Place, _ checking: inout Checking
    ) -> ServiceName? {
        let noun = ["kind", "tier"].first { section.hasPrefix($0 + ".") } ?? "service"
        let isService = noun == "service"
        guard let name = checked(text, noun: noun, at: place, &checking) else { return nil }
        if isService, JobID.reserves(name) {
            checking.report("\(quoted(text)) is the name of a job, by which its log goes (choose another)", at: place)
            return nil
        }
        guard let number = name.instanceNumber else { return name }
        guard isService else {
            checking.report(
                "\(quoted(text)) is one instance, and \(noun)s have none (leave \"@\(number)\" out)", at: place)
            return nil
        }
        checking.report(
            "\(quoted(text)) is one instance (write [service.\(name.family)] with instances = \(number))", at: place)
        return nil
    }
}

extension ValueType<ServiceName> {
    /// The name of a service; that it exists is looked at when all files are read.
    static let serviceName = ValueType(
        "name of a service", hint: "the name of a service in quotes",
        read: { node, checking in
            guard let text = node.string(hint: "the name of a service in quotes", &checking) else { return nil }
            return ServiceName.checked(text, at: node.place, &checking)
        }, show: { quoted($0.text) })
}
