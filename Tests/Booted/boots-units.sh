#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What boots.sh shows, with the systemd launcher.
LAUNCHER=systemd
. /mnt/booted/boots.sh
