// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Waits until jobs are over. A hostd that is away meanwhile, for an upgrade or after a crash, is waited for.
struct JobWait {
    /// hostd answers after so many seconds when nothing has changed.
    private static let askSeconds: Int64 = 20
    /// The same where others are to be looked at, too.
    private static let shortAskSeconds: Int64 = 1
    private static let awayPauseMilliseconds: Int32 = 500
    private static let heldPauseMilliseconds: Int32 = 1000
    /// A hostd that answers without waiting, and nothing new, is not asked at once again.
    private static let quickPauseMilliseconds: Int32 = 100
    /// A hostd that never answered is given up after this.
    private static let firstPatience: Duration = .seconds(10)

    private let session: Session
    private let ids: [JobID]
    private let isQuiet: Bool
    private let start: Instant
    private let progress: JobProgressLine
    private var isReached = false
    private var isAway = false
    private var known: [JobID: JobStatus] = [:]
    private var statuses: [JobID: Int32] = [:]

    /// Waits for these. `isQuiet`: stdout is somebody else's, and outcomes are said on stderr.
    /// `start`: when the waiting began that --timeout limits.
    init(for ids: [JobID], _ session: Session, isQuiet: Bool = false, since start: Instant = Clock.now) {
        self.ids = ids
        self.start = start
        self.session = session
        self.isQuiet = isQuiet
        progress = JobProgressLine(session)
    }

    /// The exit status of the first that did not succeed; 0 when all did. Says of each how it ended.
    mutating func run() throws(Failure) -> Int32 {
        let limit = try session.request.time(.timeout)
        while !open.isEmpty {
            let spent = Clock.now - start
            if let limit, spent >= limit {
                sayWhatIsOpen(after: limit)
                return firstStatus
            }
            let left = limit.map { ($0 - spent).nanoseconds / 1_000_000_000 + 1 } ?? Self.askSeconds
            // The first look at each is at once: what is over already is said without a pause.
            let waited = open.first { known[$0] != nil && !isHeld($0) }
            let most = open.count == 1 ? Self.askSeconds : Self.shortAskSeconds
            for id in open {
                let askedAt = Clock.now
                guard let job = try ask(id, wait: id == waited ? min(most, left) : nil) else { break }
                let isQuick = Clock.now - askedAt < .milliseconds(Int64(Self.quickPauseMilliseconds))
                if id == waited, isQuick, job == known[id] {
                    session.out.pause(milliseconds: Self.quickPauseMilliseconds)
                }
                take(job, id)
            }
            if !open.isEmpty, isAway || open.allSatisfy(isHeld) {
                progress.show()
                session.out.pause(
                    milliseconds: isAway ? Self.awayPauseMilliseconds : Self.heldPauseMilliseconds)
            }
        }
        return firstStatus
    }

    private var open: [JobID] { ids.filter { statuses[$0] == nil } }

    private var firstStatus: Int32 { ids.lazy.compactMap { statuses[$0] }.first { $0 != 0 } ?? 0 }

    /// One that is held is told of at once, and would be for ever.
    private func isHeld(_ id: JobID) -> Bool { known[id]?.brief.phase == .held }

    private mutating func take(_ job: JobStatus, _ id: JobID) {
        known[id] = job
        let isHeld = job.brief.phase == .held && !session.request.has(.throughHold)
        if job.brief.phase?.isFinal ?? false || isHeld {
            progress.clear()
            let end = JobEnd(job: job)
            end.say(session, isQuiet: isQuiet)
            statuses[id] = end.status
        }
        if !open.isEmpty { progress.take(ids.compactMap { known[$0]?.brief }) }
    }

    /// nil when hostd is away, or the job is gone, of which it is told.
    private mutating func ask(_ id: JobID, wait seconds: Int64?) throws(Failure) -> JobStatus? {
        var client = session.client
        client.patience = .seconds(10 + (seconds ?? 0))
        do throws(Failure) {
            let progress = progress
            let answer = try client.get(.job(id, wait: seconds)) { progress.show() }
            let job = try client.read(answer.json, as: JobStatus.init(json:))
            (isReached, isAway) = (true, false)
            return job
        } catch {
            if error.code == .noSuchName {
                guard ids.count > 1 else { throw error }
                progress.clear()
                session.complain(error.text)
                statuses[id] = error.code.rawValue
                return nil
            }
            guard error.code == .unreachable, isReached || Clock.now - start < Self.firstPatience else { throw error }
            if !isAway {
                progress.clear()
                session.complain("\(error.text); waiting for it to come back")
            }
            isAway = true
            return nil
        }
    }

    private mutating func sayWhatIsOpen(after limit: Duration) {
        progress.clear()
        let waited = TimeText.took(milliseconds: limit.seconds * 1000)
        for id in open {
            statuses[id] = ExitCode.failed.rawValue
            if session.wantsJSON, let job = known[id] {
                session.out.json(job.json.bytes)
                continue
            }
            let state = known[id].map { "still \(CleanText.of($0.brief.state))" } ?? "not heard of"
            session.sayError("\(id): \(state) after \(waited) (it goes on; hostctl job show \(id) says how far it is)")
        }
    }
}
