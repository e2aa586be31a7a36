// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

struct WallTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (1_779_096_600_125, "2026-05-18T09:30:00.125Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func aPointOfTimeIsWrittenInUTCAndReadBack(milliseconds: Int64, text: String) {
        #expect(WallTime(milliseconds: milliseconds).text == text)
        #expect(WallTime(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        ("2026-05-18T11:30:00+02:00", "2026-05-18T09:30:00.000Z"),
        ("2026-05-18T00:15:00-09:45", "2026-05-18T10:00:00.000Z"),
        ("2026-05-18t09:30:00z", "2026-05-18T09:30:00.000Z"), ("2026-05-18 09:30:00Z", "2026-05-18T09:30:00.000Z"),
        ("2026-05-18T09:30:00.1Z", "2026-05-18T09:30:00.100Z"),
        ("2026-05-18T09:30:00.123999999Z", "2026-05-18T09:30:00.123Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"), ("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000Z"),
    ])
    func otherWaysToWriteItAreRead(text: String, same: String) {
        #expect(WallTime(text)?.text == same)
    }

    @Test(arguments: [
        "", "2026-05-18", "2026-05-18T09:30:00", "2026-5-18T09:30:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-05-18T24:00:00Z",
        "2026-05-18T09:60:00Z", "2026-05-18T09:30:61Z", "2026-05-18T09:30:00.Z", "2026-05-18T09:30:00+2:00",
        "2026-05-18T09:30:00+24:00", "2026-05-18T09:30:00Z ", "0000-01-01T00:00:00Z", "+026-05-18T09:30:00Z",
        "2026-05-18T09:30:00,5Z", "２０２６-05-18T09:30:00Z",
    ])
    func whatIsNoTimeIsRefused(text: String) {
        #expect(WallTime(text) == nil)
    }

    @Test func everyDayOfFourHundredYearsComesBack() {
        let day: Int64 = 86_400_000
        for number in Int64(-100_000)...46_097 {
            let time = WallTime(milliseconds: number * day + 1)
            #expect(WallTime(time.text) == time)
        }
    }

    @Test func timesBeyondTheCalendarAreCut() {
        #expect(WallTime(milliseconds: .max).text == "9999-12-31T23:59:59.999Z")
        #expect(WallTime(milliseconds: .min).text == "0001-01-01T00:00:00.000Z")
        #expect(WallTime(milliseconds: 1) < WallTime(milliseconds: 2))
    }
}
