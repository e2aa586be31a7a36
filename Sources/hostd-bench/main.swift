// SPDX-License-Identifier: Apache-2.0

import Glibc

let arguments = Array(CommandLine.arguments.dropFirst())
if BenchGuard.isGuarded { BenchGuard.takeOutput() }
exit(Int32(BenchGuard.isGuarded || !startsProcesses(arguments) ? runBench(arguments) : BenchGuard.run(arguments)))
