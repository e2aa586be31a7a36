// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
internal import HostLinux

/// A thread and its two queues. The lock is a pthread mutex: the standard library's misleads the thread sanitizer.
nonisolated final class Lane: @unchecked Sendable {
    typealias Work = (number: UInt64, run: @Sendable () -> any Sendable)

    /// Readable when something is done.
    let doneDescriptor: Int32
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [Work] = []
    private var done: [(UInt64, any Sendable)] = []
    private var runningNumber: UInt64?
    private var isAbandoned = false
    private var hasThread = false

    private static let stackBytes = 512 * 1024

    init() throws(SystemError) {
        doneDescriptor = try check("eventfd") { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) }
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
        close(doneDescriptor)
    }

    /// Adds work to the queue; false when there is no thread for it and none can be made.
    func add(_ number: UInt64, _ run: @escaping @Sendable () -> any Sendable) -> Bool {
        let isTaken = locked {
            startThread()
            if hasThread { waiting.append((number, run)) }
            return hasThread
        }
        // Not under the lock, or the thread wakes up only to wait for that.
        pthread_cond_signal(condition)
        return isTaken
    }

    /// Takes over what another lane had not begun. Without a thread it waits for the next that can be made.
    func adopt(_ work: [Work]) {
        locked {
            startThread()
            waiting.insert(contentsOf: work, at: 0)
            pthread_cond_signal(condition)
        }
    }

    /// The work that its thread is in.
    var running: UInt64? {
        locked { runningNumber }
    }

    func takeDone() -> [(UInt64, any Sendable)] {
        var count: UInt64 = 0
        read(doneDescriptor, &count, 8)
        return locked {
            defer { done = [] }
            return done
        }
    }

    func forget(_ number: UInt64) {
        locked { waiting.removeAll { $0.number == number } }
    }

    /// The thread ends after its present work, whose result is dropped; returns what it had not begun.
    func abandon() -> [Work] {
        locked {
            isAbandoned = true
            pthread_cond_signal(condition)
            defer { waiting = [] }
            return waiting
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    private func startThread() {
        guard !hasThread else { return }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        // All signals belong to the loop's thread; a new thread inherits the mask.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        var thread = pthread_t()
        // The thread keeps its lane alive; it is released when the thread ends.
        let pointer = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Lane>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, pointer.toOpaque())
        if result != 0 { pointer.release() }
        hasThread = result == 0
        pthread_sigmask(SIG_SETMASK, &before, nil)
        pthread_attr_destroy(&attributes)
    }

    private func work() {
        while let item = next() {
            let result = item.run()
            finish(item.number, result)
        }
    }

    private func next() -> Work? {
        locked {
            while waiting.isEmpty, !isAbandoned { pthread_cond_wait(condition, mutex) }
            guard !isAbandoned else { return nil }
            let item = waiting.removeFirst()
            runningNumber = item.number
            return item
        }
    }

    private func finish(_ number: UInt64, _ result: any Sendable) {
        locked {
            runningNumber = nil
            if !isAbandoned { done.append((number, result)) }
        }
        var one: UInt64 = 1
        write(doneDescriptor, &one, 8)
    }
}
