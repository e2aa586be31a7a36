// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore

/// The kernel's clocks.
public enum Clock {
    /// Now, on CLOCK_MONOTONIC.
    public static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Now, on CLOCK_BOOTTIME: the monotonic clock and all the time that the host was suspended.
    public static var boottime: Instant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// Wall time in milliseconds since 1970.
    public static var wallMilliseconds: Int64 {
        wallMicroseconds / 1000
    }

    /// Wall time in microseconds since 1970.
    public static var wallMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
