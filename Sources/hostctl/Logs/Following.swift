// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Going on with what is new, until interrupted or until nobody reads any more.
enum Following {
    private static let pauseMilliseconds: Int32 = 250
    private static let awayPauseMilliseconds: Int32 = 1000

    /// Calls `step` for ever, which writes what is new and says whether there is more at once. A hostd that is away,
    /// for an upgrade or after a crash, is waited for.
    static func run(_ session: Session, _ step: () throws(Failure) -> Bool) throws(Failure) -> Never {
        var isAway = false
        while true {
            do throws(Failure) {
                let hasMore = try step()
                isAway = false
                if hasMore { session.out.flush() } else { session.out.pause(milliseconds: pauseMilliseconds) }
            } catch {
                guard error.code == .unreachable else { throw error }
                if !isAway { session.complain("\(error.text); waiting for it to come back") }
                isAway = true
                session.out.pause(milliseconds: awayPauseMilliseconds)
            }
        }
    }
}
