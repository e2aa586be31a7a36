// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl disk`
enum DiskVerb {
    private static let usualHours = 6
    private static let hoursLimit = 24

    static let verb = Verb(
        name: "disk",
        summary: "the file systems, with a picture of the last hours, and who takes the room",
        details: [
            "Watched are the file systems of hostd's own folders and those of disk.paths. Shown of each: what is left, "
                + "when it will be full if it goes on like this, and at how much each step is taken: warn, gate (old "
                + "files go, services that need the disk wait), evict and emergency (the reserve is given back). A "
                + "mark beneath the picture says when less was left than warn wants.",
            "Below: the largest log folders with how much they grew, and files that were removed and take their room "
                + "until a process closes them.",
            "--json prints what hostd says, with the free bytes minute by minute.",
        ],
        sample: [
            "$ hostctl disk",
            "▲ /  ext4  31 GiB of 251 GiB free  (12%)  warn",
            "    31 GiB (12%) left, full in about 20 h",
            "    6 h ████▇▇▇▇▆▆▆▆▅▅▅▅▄▄▄▄▃▃▃▃▂▂▂▂▁▁▁▁  31 GiB to 42 GiB",
            "            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ less than 37 GiB",
            "    steps below warn 37 GiB, gate 20 GiB, evict 10 GiB, emergency 2 GiB",
            "    15811264 of 16777216 inodes free",
            "    also of /var/lib/hostd, /var/log/hostd",
            "reserve  512 MiB held back (disk.reserve is 512 MiB)",
            "",
            "logs",
            "  gateway   1.2 GiB  +220 MiB in 1h",
        ],
        options: [.hours],
        examples: [
            .init("hostctl disk", "what is left, and since when it shrinks"),
            .init("hostctl disk --hours 24", "a day of it"),
            .init("hostctl disk --json | jq '.file_systems[] | {path, full_in_s}'", "when each will be full"),
        ],
        run: { session throws(Failure) in
            let hours = try session.request.count(.hours) ?? usualHours
            guard (1...hoursLimit).contains(hours) else { throw .usage("--hours is \(hours) (1 to \(hoursLimit))") }
            let answer = try session.client.get(.disk(hours: hours))
            if session.wantsJSON {
                session.out.json(answer.bytes)
                return .fine
            }
            let report = try session.client.read(answer.json, as: DiskReport.init(json:))
            session.out.lines(DiskPage(report: report, hours: hours, style: session.style).lines())
            return .fine
        })
}
