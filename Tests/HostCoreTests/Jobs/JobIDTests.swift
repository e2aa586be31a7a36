// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// Numbers of jobs, as people write them and as folders are called.
struct JobIDTests {
    @Test func aNumberIsReadWithAndWithoutItsPrefix() {
        #expect(JobID(text: "42") == JobID(42) && JobID(text: "job-42") == JobID(42))
        for text in ["", "0", "042", "+1", "-1", "job-", "job-0", "job-+1", "job-job-1", "4 2", "4.2", "1e3", "JOB-1"] {
            #expect(JobID(text: text) == nil, "\(text)")
        }
    }

    @Test func numbersAreWholeInEveryReaderOfJSON() {
        #expect(JobID(999_999_999_999_999) != nil && JobID(1_000_000_000_000_000) == nil && JobID(0) == nil)
        #expect(JobID(text: "99999999999999999999") == nil)
    }

    @Test func itsNameIsThatOfNoService() throws {
        let id = try #require(JobID(42))
        #expect(id.name.text == "job-42" && JobID(name: id.name) == id && "\(id)" == "42")
        #expect("\(id.instance(3))" == "job-42.3" && id.instance(3).launch == 3)
        let names = { (text: String) in try #require(ServiceName(text)) }
        for text in ["job-42", "job-0", "job-007"] { #expect(JobID.reserves(try names(text)), "\(text)") }
        for text in ["job", "job-", "jobs-42", "job-a", "job-4a", "a-job-4"] {
            #expect(!JobID.reserves(try names(text)), "\(text)")
        }
    }

    @Test func theyAreInOrderOfTheirNumbers() throws {
        #expect(try #require(JobID(9)) < #require(JobID(10)))
    }
}
