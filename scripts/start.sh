#!/bin/sh
# Starts the server from source, on a fresh clone too. Arguments are those of `parley start`.
# A young generation of this size (MiB) is what docs/adr/0011 measured; the published command has it in its first line.
NODE_OPTIONS="--max-semi-space-size=8${NODE_OPTIONS:+ $NODE_OPTIONS}"
export NODE_OPTIONS
exec sh "$(dirname "$0")/with-node.sh" production packages/server/src/main.ts start "$@"
