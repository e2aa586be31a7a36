#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What lifecycle.sh shows, with the systemd launcher.
LAUNCHER=systemd
. /mnt/booted/lifecycle.sh
