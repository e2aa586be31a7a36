// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The signal mask of the program.
public enum Signals {
    /// Blocks these signals in this thread and all that it starts; they are then taken by the loop.
    public static func block(_ numbers: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// A write to a closed pipe or socket is an error, not the end of the program.
    public static func ignorePipe() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Whoever opens a file that a lease is on tells its holder so, which would end the program (fcntl(2), "Leases").
    public static func ignoreLeaseBreaks() {
        signal(SIGIO, SIG_IGN)
    }
}
