// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// Rotation by age and by the calendar.
extension Log {
    /// Clocks are set, and what is told of wall time is no timer: it is looked at again so often.
    private static let longestSleep: Duration = .seconds(3600)

    /// `current` has reached its age, or its day has ended.
    var isTimeUp: Bool { rotationDue.map { $0 <= Clock.wallMicroseconds } ?? false }

    /// When that is, in microseconds since 1970; nil: never, or it is empty.
    private var rotationDue: Int64? {
        guard settings.isDaily || settings.rotateEvery > .zero, let began = file?.beganMicroseconds else { return nil }
        if let known = knownDue, known.began == began, known.schedule == settings.schedule { return known.at }
        let due = settings.schedule.due(beganMicroseconds: began) { LocalTime.offsetSeconds(atWallSeconds: $0) }
        guard let due else { return nil }
        knownDue = (began, settings.schedule, due)
        return due
    }

    /// Has the log looked at when `current` is due. One that is due already and was not rotated waits for the end of
    /// its line.
    func awaitRotation() {
        guard let due = rotationDue else { return }
        let left = Duration.microseconds(due - Clock.wallMicroseconds)
        tools.tick(at: tools.now + (left > .zero ? min(left, Self.longestSleep) : Self.longestSleep))
    }
}
