// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostRuntime

struct DiskHistoryTests {
    private static let points = (0..<100).map {
        SampleSeries.Point(at: .zero + .seconds($0 * 60), value: Double($0) * 1_000_000)
    }

    @Test func theNextHostdGoesOnWhereThisOneWas() throws {
        let folder = try TemporaryFolder()
        let history = DiskHistory(path: folder.path + "/disks", epoch: "boot-1")
        #expect(history.read().isEmpty)
        history.write([7: Self.points, 9: []])
        #expect(history.read() == [7: SampleSeries(goingOnFrom: Self.points)])
    }

    @Test func afterARebootItBeginsAnew() throws {
        let folder = try TemporaryFolder()
        DiskHistory(path: folder.path + "/disks", epoch: "boot-1").write([7: Self.points])
        #expect(DiskHistory(path: folder.path + "/disks", epoch: "boot-2").read().isEmpty)
    }

    @Test(arguments: ["", "epoch boot-1", "epoch boot-1\ndevice x\n1 2\n", "epoch boot-1\n1 2\ndevice 7\nx y\n1\n"])
    func whatIsNoHistoryIsNone(text: String) throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/disks", with: text.utf8)
        #expect(DiskHistory(path: folder.path + "/disks", epoch: "boot-1").read().isEmpty)
    }
}
