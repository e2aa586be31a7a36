// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// A launch that is refused because of its Node.
struct ServiceNodeTests {
    @Test func aRefusedLaunchWaitsAndCountsAsNoFailure() {
        var subject = Subject(service())
        subject.take(.start(by: .host))
        let first = subject.instance
        subject.take(.launchRefused(first, "another Node"))
        #expect(subject.phase == .waiting)
        #expect(subject.machine.reason == "another Node")
        #expect(subject.machine.restarts == 0)
        #expect(subject.machine.deadline == nil)
        #expect(subject.effects.first == .forget(first))
        #expect(subject.take(.nodeChanged).first == .launch(subject.instance))
        #expect(subject.instance != first)
    }

    @Test func aRefusalOfAnotherLaunchChangesNothing() {
        var subject = Subject(service())
        subject.take(.start(by: .host))
        let other = InstanceID(service: subject.machine.specification.name, launch: 77)
        subject.take(.launchRefused(other, "another Node"))
        #expect(subject.phase == .starting)
        #expect(subject.take(.nodeChanged).isEmpty)
    }

    @Test func aHookIsRefusedLikeTheProgram() {
        var subject = Subject(service { $0.beforeStart = [["check"]] })
        subject.take(.start(by: .host))
        subject.take(.launchRefused(subject.instance, "another Node"))
        #expect(subject.phase == .waiting)
        #expect(subject.take(.nodeChanged).contains(.launchHook(subject.instance, .beforeStart(0))))
    }

    @Test func aPersonsStartLooksAgainAndAPersonsStopEndsTheWaiting() {
        var subject = Subject(service())
        subject.take(.start(by: .host))
        subject.take(.launchRefused(subject.instance, "another Node"))
        #expect(subject.take(.start(by: .host)).isEmpty)
        #expect(subject.take(.start(by: .person)).contains(.launch(subject.instance)))
        subject.take(.launchRefused(subject.instance, "another Node"))
        subject.take(.stop(by: .person))
        #expect(subject.phase == .stopped)
    }

    @Test func aStopThatCameBeforeTheRefusalHolds() {
        var subject = Subject(service())
        subject.take(.start(by: .host))
        subject.take(.stop(by: .person))
        subject.take(.launchRefused(subject.instance, "another Node"))
        #expect(subject.phase == .stopped)
    }
}
