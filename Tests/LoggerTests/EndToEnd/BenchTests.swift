// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

@Suite struct BenchTests {
    /// Runs a bench to its good end; what it printed.
    private func run(_ arguments: [String], in place: TemporaryFolder) throws -> String {
        let output = try Descriptor(opening: place.path + "/output", O_WRONLY | O_CREAT)
        let bench = try TestProcess(Programs.path("hostd-bench"), arguments, output: output.raw)
        let status = try bench.waitForEnd(seconds: 300)
        let text = try Files.readText(place.path + "/output")
        #expect(status == exited(0), "\(text)")
        return text
    }

    @Test func theBenchFindsEveryByteOfALittle() throws {
        let place = try TemporaryFolder()
        let text = try run(["logs", "--megabytes", "3", "--rounds", "2", "--folder", place.path], in: place)
        #expect(text.contains("hostd / cat > file: "))
        #expect(try Files.list(place.path) == ["output"], "it cleans up")
    }

    @Test func theFloodBenchTimesAQuietLineBesideOthers() throws {
        let place = try TemporaryFolder()
        let text = try run(["floods", "--flooders", "3", "--seconds", "1", "--folder", place.path], in: place)
        #expect(text.contains("\nhostd "))
        #expect(try Files.list(place.path) == ["output"], "it cleans up")
    }

    @Test func theJobsBenchFindsAllOfAFewAgain() throws {
        let place = try TemporaryFolder()
        let text = try run(
            ["jobs", "--queued", "40", "--running", "10", "--launches", "3", "--folder", place.path], in: place)
        for title in ["submissions, one by one ", "GET /v1/jobs ", "kill -9 of hostd to all 10 with their processes "] {
            #expect(text.contains("\n" + title), "\(text)")
        }
        #expect(try Files.list(place.path) == ["output"], "it cleans up")
    }

    @Test func theScaleBenchGetsAllOfAFewBack() throws {
        let text = try run(["scale", "--services", "25", "--rounds", "1", "--only", "hostd"], in: TemporaryFolder())
        #expect(text.contains("GET /v1/status     200"))
    }

    @Test func theBenchOfConditionsPrintsWhatTheyCostAndHowOftenTheyAreWrong() throws {
        let text = try run(["conditions", "--seconds", "2", "--days", "1"], in: TemporaryFolder())
        for title in ["disk, memory, an alert route ", "so the probes alone ", "an upgrade of 4 GiB", "a quiet line "] {
            #expect(text.contains("\n" + title), "\(text)")
        }
    }
}
