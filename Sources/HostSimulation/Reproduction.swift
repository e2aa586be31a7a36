// SPDX-License-Identifier: Apache-2.0

/// A run of a seed, and once more with its trace where it fails: to write the trace takes longer than the run itself.
enum Reproduction {
    /// What `body` gives without a trace. Where that fails, what it throws with one; a seed that does not fail again is
    /// told as such.
    static func run<Result>(
        _ body: (_ traced: Bool) throws(SimulationFailure) -> Result
    ) throws(SimulationFailure) -> Result {
        do throws(SimulationFailure) {
            return try body(false)
        } catch {
            _ = try body(true)
            throw error.notReproduced
        }
    }
}
