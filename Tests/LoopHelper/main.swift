// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLoop

exit(2)
