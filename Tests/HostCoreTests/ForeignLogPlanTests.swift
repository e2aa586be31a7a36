// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What is done with files that other programs write.
@Suite struct ForeignLogPlanTests {
    private func second(_ second: Int64) -> Int64 { second * 1_000_000 }

    private func live(_ name: String, _ size: UInt64 = 1, at second: Int64 = 100) -> ForeignLogPlan.File {
        .init(name: name, sizeBytes: size, modifiedMicroseconds: self.second(second))
    }

    private func copy(
        _ base: String, at second: Int64, _ size: UInt64 = 1, written: Int64? = nil
    ) -> ForeignLogPlan.File {
        .init(
            name: "\(base).\(second)", sizeBytes: size, modifiedMicroseconds: self.second(written ?? second),
            rotated: .init(base: base, atMicroseconds: self.second(second)))
    }

    private func plan(
        _ method: ForeignLogSpecification.Method, maxSize: UInt64? = nil, keep: Int? = nil, maxAge: Duration = .zero,
        total: UInt64? = nil, _ files: [ForeignLogPlan.File]
    ) throws -> ForeignLogPlan {
        let specification = ForeignLogSpecification(
            name: try #require(ServiceName("own")), path: "/x/*.log", method: method, maxSizeBytes: maxSize, keep: keep,
            maxAge: maxAge,
            totalBytes: total)
        return ForeignLogPlan(specification, files, nowMicroseconds: second(100))
    }

    @Test func ofFilesThatTheProgramBeginsAnewTheOldOnesGoAndNeverTheNewest() throws {
        let daily = [live("1.log", 10, at: 70), live("2.log", 10, at: 80), live("3.log", 10, at: 90)]
        #expect(try plan(.delete, maxAge: .seconds(25), daily).removals == ["1.log"])
        #expect(try plan(.delete, maxAge: .seconds(1), daily).removals == ["1.log", "2.log"])
        #expect(try plan(.delete, keep: 2, daily).removals == ["1.log"])
        #expect(try plan(.delete, keep: 0, daily).removals == ["1.log", "2.log"])
        #expect(try plan(.delete, total: 20, daily).removals == ["1.log"])
        #expect(try plan(.delete, total: 1, daily).removals == ["1.log", "2.log"])
        #expect(try plan(.delete, maxAge: .seconds(1), []).removals == [])
        #expect(try plan(.delete, maxAge: .seconds(1), daily).rotations == [])
    }

    @Test(arguments: [ForeignLogSpecification.Method.rename, .truncate])
    func aFileThatHasReachedItsSizeGivesWay(_ method: ForeignLogSpecification.Method) throws {
        let files = [live("a.log", 99), live("b.log", 100), live("c.log", 101), copy("a.log", at: 50, 1000)]
        let plan = try plan(method, maxSize: 100, keep: 5, files)
        #expect(plan.rotations == ["b.log", "c.log"] && plan.removals == [])
    }

    @Test func copiesAreCountedForEachFile() throws {
        let files = [
            live("a.log", at: 1), copy("a.log", at: 10), copy("a.log", at: 20), copy("a.log", at: 30),
            copy("b.log", at: 5),
        ]
        #expect(try plan(.rename, maxSize: 100, keep: 2, files).removals == ["a.log.10"])
        #expect(
            try plan(.rename, maxSize: 100, keep: 0, files).removals == ["a.log.10", "a.log.20", "a.log.30", "b.log.5"])
    }

    @Test func whatIsStillWrittenUnderItsOwnNameIsNeverRemoved() throws {
        let plan = try plan(.truncate, maxSize: 100, keep: 0, maxAge: .seconds(1), total: 1, [live("a.log", 50, at: 2)])
        #expect(plan.removals == [])
    }

    @Test func oldCopiesGoByAgeAndAllTogetherByTheirTotal() throws {
        let files = [
            live("a.log", 10), copy("a.log", at: 80, 10), copy("a.log", at: 90, 10), copy("b.log", at: 85, 10),
        ]
        #expect(try plan(.rename, maxSize: 100, maxAge: .seconds(15), files).removals == ["a.log.80", "b.log.85"])
        #expect(try plan(.rename, maxSize: 100, total: 30, files).removals == ["a.log.80"])
        #expect(try plan(.rename, maxSize: 100, total: 29, files).removals == ["a.log.80", "b.log.85"])
        #expect(try plan(.rename, maxSize: 100, total: 1, files).removals.count == 3)
    }

    @Test func aProgramThatWritesOnUnderTheOldNameHasNotReopened() throws {
        #expect(
            try plan(.rename, maxSize: 100, keep: 5, [copy("a.log", at: 50, written: 90)]).stillWritten == ["a.log.50"])
        #expect(try plan(.rename, maxSize: 100, keep: 5, [copy("a.log", at: 50, written: 52)]).stillWritten == [])
        #expect(
            try plan(.rename, maxSize: 100, keep: 5, [live("a.log"), copy("a.log", at: 50, written: 90)]).stillWritten
                == [],
            "it has a new one")
        #expect(
            try plan(.rename, maxSize: 100, keep: 5, [copy("a.log", at: 50, written: 90), copy("a.log", at: 60)])
                .stillWritten == [], "only the newest can be")
    }
}
