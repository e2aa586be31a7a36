// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// The time zones of this host are read as Python's zoneinfo reads them.
struct TimeZoneTests {
    private static let program = """
        import random, sys, zoneinfo
        from datetime import datetime, timezone
        random.seed(7)
        for name in sys.argv[2:]:
            zone = zoneinfo.ZoneInfo(name)
            for _ in range(int(sys.argv[1])):
                seconds = random.randrange(-2_000_000_000, 7_200_000_000)
                local = datetime.fromtimestamp(seconds, timezone.utc).astimezone(zone)
                offset = local.utcoffset()
                print(name, seconds, offset.days * 86400 + offset.seconds)
        """

    private static func python(_ arguments: [String]) throws -> String {
        let answer = try BriefCommand("/usr/bin/python3", ["-c", program] + arguments, environment: []).run(
            within: .seconds(60), limitBytes: 4 << 20)
        guard answer.code == 0 else { throw Missing() }
        return String(decoding: answer.output, as: UTF8.self)
    }

    private struct Missing: Error {}

    private static let canCompare = (try? python(["1", "Europe/Berlin"])) != nil

    /// Among them what is odd: summer that is winter, changes on the day before, half hours, a day left out, no change.
    private static let names = [
        "Europe/Berlin", "America/New_York", "Europe/Dublin", "America/Nuuk", "Australia/Lord_Howe", "Pacific/Apia",
        "Asia/Kathmandu", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Gaza", "Antarctica/Troll", "Asia/Tokyo",
        "America/Caracas", "Etc/GMT+5", "UTC",
    ]

    @Test(.enabled(if: canCompare, "needs python3 with zoneinfo, and the time zone database"))
    func everyOffsetIsThatOfZoneinfo() throws {
        let lines = try Self.python(["200"] + Self.names).split(separator: "\n")
        #expect(lines.count == 200 * Self.names.count)
        var zones: [String: TimeZoneRules] = [:]
        for line in lines {
            let words = line.split(separator: " ")
            let name = String(words[0])
            let zone = try zones[name] ?? TimeZones.rules(name)
            zones[name] = zone
            let seconds = try #require(Int64(words[1]))
            guard zone.offset(at: seconds) == Int64(words[2]) else {
                Issue.record("\(line), not \(zone.offset(at: seconds))")
                return
            }
            // What the clocks show leads back to that moment, or to the same hour before the clocks were put back.
            let minute = seconds - (seconds % 60 + 60) % 60
            let back = zone.moment(of: zone.local(at: minute))
            #expect(zone.local(at: back) == zone.local(at: minute))
            #expect(back <= minute && minute - back <= 86_400)
        }
    }

    @Test(.enabled(if: canCompare, "needs the time zone database")) func theNextDueTimesAreThoseOfTheZone() throws {
        let berlin = try TimeZones.rules("Europe/Berlin")
        let schedule = try Schedule(parsing: "Mon 09:00")
        // 2026-12-01 05:00 UTC
        let due = try #require(schedule.next(after: 1_796_101_200, in: berlin))
        #expect(due.local.description == "2026-12-07T09:00")
        #expect(due.seconds == 1_796_630_400)
    }

    @Test func aNameThatIsNoneOrLeadsElsewhereIsRefused() throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/Short", with: Array("TZif2".utf8))
        try Files.replace(folder.path + "/Text", with: Array(String(repeating: "x", count: 100).utf8))
        let complaint = { (name: String?) -> String in
            do throws(TimeZoneError) {
                _ = try TimeZones.rules(name, folder: folder.path, hostFile: folder.path + "/Text")
                return "fine"
            } catch {
                return error.description
            }
        }
        #expect(complaint("../x") == "\"../x\" is no time zone")
        #expect(
            complaint("Mars/Base") == "this host knows no time zone \"Mars/Base\": \(folder.path)/Mars/Base is missing "
                + "(is tzdata installed?)")
        #expect(complaint("Short") == "\"Short\": \(folder.path)/Short: this is no file of a time zone")
        #expect(complaint(nil) == "the host's time zone: \(folder.path)/Text: this is no file of a time zone")
        #expect(complaint("UTC") == "fine")
        #expect(try TimeZones.rules(nil, hostFile: folder.path + "/none") == .utc)
    }

    @Test(.enabled(if: canCompare, "needs the time zone database")) func noDamageOfAFileDoesHarm() throws {
        let whole = try Files.read(TimeZones.folder + "/Europe/Berlin")
        var random = SplitMix64(seed: 1)
        for round in 0..<Rounds.count(200) {
            var bytes = whole
            if round.isMultiple(of: 2) { bytes.removeLast(Int(random.next() % UInt64(bytes.count))) }
            for _ in 0..<3 where !bytes.isEmpty {
                let reach = round.isMultiple(of: 3) ? min(bytes.count, 100) : bytes.count
                bytes[Int(random.next() % UInt64(reach))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = try? TimeZoneRules(file: bytes).local(at: 0)
        }
    }
}
