// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.log]`
enum LogSection {
    static let section = Section(
        "service.NAME.log", empty: LogSpecification(),
        hint: "a table, like { max_size = \"16MiB\" }",
        keys: [
            Key(
                "max_size", .size(1024...(1 << 40)), \.maxSizeBytes, also: ["size"],
                change: .inPlace, "The file is rotated at the first line end after this size."),
            Key(
                "keep", .integer(0...1000), \.keep, also: ["max_files", "rotate"], change: .inPlace,
                "So many rotated files are kept."),
            Key("streams", .choice(), \.streams, "Whether stdout and stderr share one file."),
        ])
}
