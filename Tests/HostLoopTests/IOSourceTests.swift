// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

struct IOSourceTests {
    @Test func aDescriptorThatIsReadyIsToldAsOftenAsItIs() throws {
        let loop = try TestLoop()
        let pipe = try PrivatePipe()
        let (reading, writing) = (pipe.reading.raw, pipe.writing.raw)
        var bytes: [UInt8] = []
        let source = try loop.events.watch(reading, .readable) { events in
            #expect(events == .readable)
            var byte: UInt8 = 0
            #expect(read(reading, &byte, 1) == 1)
            bytes.append(byte)
            if bytes.count == 5 { loop.stop() }
        }
        loop.keep(source)
        #expect(write(writing, "hello", 5) == 5)
        try loop.run()
        #expect(bytes == Array("hello".utf8))
        withExtendedLifetime(pipe) {}
    }

    @Test func theEndOfTheOtherSideIsToldWithoutBeingAskedFor() throws {
        let loop = try TestLoop()
        var pipe: PrivatePipe? = try PrivatePipe()
        let reading = dup(pipe?.reading.raw ?? -1)
        defer { close(reading) }
        var seen: IOEvents = []
        let source = try loop.events.watch(reading, []) { events in
            seen = events
            loop.stop()
        }
        loop.keep(source)
        pipe = nil
        try loop.run()
        #expect(seen.contains(.hangup))
    }

    @Test func aPausedSourceSaysNothingUntilItGoesOn() throws {
        let loop = try TestLoop()
        let pipe = try PrivatePipe()
        var events: [String] = []
        let source = try loop.events.watch(pipe.reading.raw, .readable) { _ in
            events.append("readable")
            loop.stop()
        }
        source.setEvents([])
        #expect(write(pipe.writing.raw, "x", 1) == 1)
        let timer = try loop.events.timer {
            events.append("goes on")
            source.setEvents(.readable)
        }
        timer.arm(at: loop.events.now + .milliseconds(10))
        loop.keep(timer)
        try loop.run()
        #expect(events == ["goes on", "readable"])
        withExtendedLifetime(pipe) {}
    }

    @Test func aSourceMayDropItsOwnLastReferenceWhileItFires() throws {
        let loop = try TestLoop()
        let pipe = try PrivatePipe()
        var fired = 0
        var source: IOSource?
        source = try loop.events.watch(pipe.reading.raw, .readable) { _ in
            source = nil
            fired += 1
        }
        #expect(write(pipe.writing.raw, "x", 1) == 1)
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(10))
        try loop.run()
        #expect(source == nil)
        #expect(fired == 1, "what was not read is not told again: nobody watches any more")
        withExtendedLifetime(pipe) {}
    }

    @Test func aHandlerMayPutAnotherSourceInThePlaceOfItsOwn() throws {
        let loop = try TestLoop()
        let pipe = try PrivatePipe()
        let raw = pipe.reading.raw
        var fired: [String] = []
        var source: IOSource?
        var failure: String?
        source = try loop.events.watch(raw, .readable) { _ in
            fired.append("first")
            source = nil
            do throws(SystemError) {
                source = try loop.events.watch(raw, .readable) { _ in
                    fired.append("second")
                    loop.stop()
                }
            } catch {
                failure = "\(error)"
                loop.stop()
            }
        }
        #expect(write(pipe.writing.raw, "x", 1) == 1)
        try loop.run()
        #expect(failure == nil)
        #expect(fired == ["first", "second"])
        #expect(source != nil)
        withExtendedLifetime(pipe) {}
    }

    @Test func oneDescriptorHasOneSource() throws {
        let loop = try TestLoop()
        let pipe = try PrivatePipe()
        loop.keep(try loop.events.watch(pipe.reading.raw, .readable) { _ in })
        #expect(throws: SystemError.self) { try loop.events.watch(pipe.reading.raw, .readable) { _ in } }
        withExtendedLifetime(pipe) {}
    }

    @Test func aRegularFileCannotBeWatchedAndSaysSo() throws {
        let loop = try TestLoop()
        let file = try Descriptor(opening: "/proc/self/exe", O_RDONLY)
        let raw = file.raw
        let error = #expect(throws: SystemError.self) { try loop.events.watch(raw, .readable) { _ in } }
        #expect(error?.code == EPERM)
        withExtendedLifetime(file) {}
    }
}
