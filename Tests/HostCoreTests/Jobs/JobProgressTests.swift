// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// What a job says of how far it is.
struct JobProgressTests {
    @Test func figuresSharesAndWordsAreUnderstood() {
        #expect(JobProgress(parsing: "40/200") == JobProgress(done: 40, total: 200))
        #expect(JobProgress(parsing: " 40/200  tests ") == JobProgress(done: 40, total: 200, text: "tests"))
        #expect(JobProgress(parsing: "20%") == JobProgress(done: 20, total: 100))
        #expect(JobProgress(parsing: "12.5% of it") == JobProgress(done: 12.5, total: 100, text: "of it"))
        #expect(JobProgress(parsing: "7 files") == JobProgress(done: 7, text: "files"))
        #expect(JobProgress(parsing: "step 3") == JobProgress(text: "step 3"))
        #expect(JobProgress(parsing: "") == JobProgress())
    }

    @Test func figuresThatCannotBeAreWords() {
        for text in ["5/0", "9/4", "-1/4", "1/2/3", "nan/4", "inf", "120%", "-3", "1/nan", "/", "%"] {
            let progress = JobProgress(parsing: text)
            #expect(progress.done == nil && progress.total == nil && progress.text == text, "\(text)")
        }
    }

    @Test func itIsShownAsItWasSaid() {
        for text in ["40/200 tests", "20/100", "step 3", "2.5/10", "7 files", ""] {
            #expect(JobProgress(parsing: text).shown == text)
        }
    }

    @Test func wordsWithoutEndAreCut() {
        let long = String(repeating: "x", count: 5000)
        #expect(JobProgress(parsing: long).text.count == JobProgress.textLimit)
        for text in ["1/2 " + long, "3 " + long] {
            #expect(JobProgress(parsing: text).text.count <= JobProgress.textLimit, "\(text.prefix(5))")
        }
    }
}
