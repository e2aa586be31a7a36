// SPDX-License-Identifier: Apache-2.0

import Glibc

exit(Int32(runBench(Array(CommandLine.arguments.dropFirst()))))
