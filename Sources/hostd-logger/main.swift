// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLogs

exit(LoggerProgram.main(Array(CommandLine.arguments.dropFirst())))
