#!/bin/sh
# Installs what is missing and runs every test: see run-tests.ts.
scripts=$(dirname "$0")
sh "$scripts/install-tools.sh"
exec sh "$scripts/with-node.sh" full scripts/run-tests.ts "$@"
