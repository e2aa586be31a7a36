// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostRuntime

exit(HostdProgram.main(Array(CommandLine.arguments.dropFirst())))
