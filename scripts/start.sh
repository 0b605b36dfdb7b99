#!/bin/sh
# Starts the server from source, on a fresh clone too. Arguments are those of `parley start`.
exec sh "$(dirname "$0")/with-node.sh" production packages/server/src/main.ts start "$@"
