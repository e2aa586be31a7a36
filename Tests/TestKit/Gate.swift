// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Something that work in another thread hangs on until a test opens it.
public final class Gate: @unchecked Sendable {
    // The fields are only touched under the mutex.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isOpen = false
    private var passing = 0
    private var openAt = Int.max

    /// A gate that opens by itself when so many have come.
    public convenience init(lettingThroughAt count: Int) {
        self.init()
        openAt = count
    }

    /// A closed gate.
    public init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Blocks until the gate is open.
    public func pass() {
        pthread_mutex_lock(mutex)
        passing += 1
        if passing == openAt {
            isOpen = true
            pthread_cond_broadcast(changed)
        }
        while !isOpen { pthread_cond_wait(changed, mutex) }
        passing -= 1
        pthread_mutex_unlock(mutex)
    }

    /// Lets everybody through, now and later.
    public func open() {
        pthread_mutex_lock(mutex)
        isOpen = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Whether it is open by now.
    public var isOpenNow: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return isOpen
    }

    /// How many threads hang here.
    public var waiting: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return passing
    }
}
