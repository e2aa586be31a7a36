#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts the gateway beside this file as npm starts a script: npm-like.sh ARGUMENT…
#
# What npm leaves running is a chain of three: npm itself, the `sh -c` that it starts, and node. Neither of the first
# two hands a signal on, so whoever stops only the main process leaves node behind.
folder=$(dirname "$0")
sh -c 'node "$0" "$@"; code=$?; exit "$code"' "$folder/gateway.mjs" "$@"
code=$?
exit "$code"
