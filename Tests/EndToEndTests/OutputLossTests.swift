// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// A log's disk that is full, with a whole hostd around it.
@Suite(.enabled(if: geteuid() == 0, "only root can mount")) struct OutputLossTests {
    @Test func whatAFullDiskCostsIsAnEventOfItsService() throws {
        let place = try TemporaryFolder()
        let progress = place.path + "/written"
        let host = try HostUnderTest(
            """
            [service.chatty]
            command = "i=0; while :; do seq $i $((i + 9999)); i=$((i + 10000)); echo $i > \(progress); done"
            log = { when_full = "drop" }
            """)
        let disk = host.dir + "/log"
        try Files.makeFolder(disk, mode: 0o750)
        try check("mount", disk) { mount("tmpfs", disk, "tmpfs", 0, "size=8m,mode=0750") }
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let filler = try Descriptor(opening: disk + "/filler", O_WRONLY | O_CREAT)
        let block = [UInt8](repeating: 0, count: 4096)
        while (try? filler.write(all: block)) != nil {}
        try host.start()
        try host.wait("chatty", for: "ready")
        try waitUntil("word of the full disk", seconds: 60) { host.said.contains("dropped and counted") }
        // More than memory takes.
        try waitUntil("much output", seconds: 120) {
            guard let text = try? Files.readText(progress) else { return false }
            return (Int(text.dropLast()) ?? 0) > 400_000
        }
        try filler.truncate(to: 0)
        try waitUntil("the event", seconds: 60) {
            try host.events().contains { $0.kind == "service.output_lost" && $0.service == "chatty" }
        }
        let event = try #require(try host.events().last { $0.kind == "service.output_lost" })
        #expect(event.reason.contains(" lines (") && event.reason.contains(" bytes) were lost between "))
        let text = try Files.readText(disk + "/chatty/current", limit: 8 << 20)
        #expect(text.contains("\nhostd: \(event.reason): disk full\n"))
    }
}
