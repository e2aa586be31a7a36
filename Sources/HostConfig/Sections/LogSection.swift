// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.log]`
enum LogSection {
    static let section = Section(
        "service.NAME.log", empty: LogSpecification(),
        hint: "a table, like { max_size = \"16MiB\" }", keys: sizes + ways)

    /// When files are rotated and removed.
    private static let sizes: [Key<LogSpecification>] = [
        Key(
            "max_size", .size(1024...(1 << 40)), \.maxSizeBytes, also: ["size"],
            change: .inPlace, "The file is rotated at the first line end after this size."),
        Key(
            "rotate_every", .time(.zero...TimeText.day * 366), \.rotateEvery, also: ["every"],
            change: .inPlace, "The file is rotated so long after its first line; \"0s\": not for its age."),
        Key(
            "daily", .flag, \.isDaily, change: .inPlace,
            "Whether a new file begins at each day of the host's local time."),
        Key(
            "keep", .integer(0...1000), \.keep, also: ["max_files", "rotate"], change: .inPlace,
            "So many rotated files are kept."),
        Key(
            "max_age", .time(.zero...TimeText.day * 3650), \.maxAge, also: ["max_days"], change: .inPlace,
            "Rotated files that are older are removed; \"0s\": none is for its age."),
        Key(
            "total", .size(0...(1 << 50)), \.totalBytes, also: ["max_total"], change: .inPlace,
            "All files of the log together take no more: the oldest are removed first."),
    ]

    /// How lines are kept.
    private static let ways: [Key<LogSpecification>] = [
        Key(
            "compress", .flag, \.isCompressed, also: ["gzip", "zstd"], change: .inPlace,
            "Compress rotated files with zstd."),
        Key("streams", .choice(), \.streams, "Whether stdout and stderr share one file."),
        Key(
            "timestamps", .choice(), \.timestamps, change: .inPlace,
            "Whether the arrival times of lines stand in the index alone, or before each line of a second file too."
        ),
        Key(
            "journal", .flag, \.isForwarded, also: ["syslog"], change: .inPlace,
            "Whether lines are entries of the journal as well."),
        Key(
            "when_full", .choice(), \.whenFull, change: .inPlace,
            "While the disk takes no more: leave the bytes in the pipe, or keep a part in memory and count what is "
                + "lost."),
    ]
}
