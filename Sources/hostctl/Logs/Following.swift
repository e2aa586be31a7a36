// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Going on with what is new, until interrupted or until nobody reads any more.
enum Following {
    private static let pauseMilliseconds: Int32 = 250
    private static let awayPauseMilliseconds: Int32 = 1000

    /// What follows a step.
    enum Pace {
        /// There is more at once.
        case more
        /// There may be more soon.
        case pause
        /// There is no more.
        case end
    }

    /// Calls `step` for ever, which writes what is new and says whether there is more at once. A hostd that is away,
    /// for an upgrade or after a crash, is waited for.
    static func run(_ session: Session, _ step: () throws(Failure) -> Bool) throws(Failure) -> Never {
        while true { try run(session, toEnd: { () throws(Failure) in try step() ? .more : .pause }) }
    }

    /// The same until there is no more.
    static func run(_ session: Session, toEnd step: () throws(Failure) -> Pace) throws(Failure) {
        var isAway = false
        while true {
            do throws(Failure) {
                let pace = try step()
                isAway = false
                switch pace {
                case .more: session.out.flush()
                case .pause: session.out.pause(milliseconds: pauseMilliseconds)
                case .end: return
                }
            } catch {
                guard error.code == .unreachable else { throw error }
                if !isAway { session.complain("\(error.text); waiting for it to come back") }
                isAway = true
                session.out.pause(milliseconds: awayPauseMilliseconds)
            }
        }
    }
}
