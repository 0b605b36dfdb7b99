#!/bin/sh
# Runs a TypeScript file of this repository: with-node.sh <production|full> <file> [arguments]
# Installs the dependencies first when they do not match the lockfile: without the development ones for `production`.
# Every step ends in `exec`, so that a signal reaches the program and nothing is left behind.
set -eu
cd "$(dirname "$0")/.."
mode=$1
shift

node=node_modules/.bin/node
stamp=node_modules/.parley-install

usable() { # the packaged binary does not run everywhere (other systems, other C libraries)
  version=$("$1" --version 2>/dev/null) || return 1
  major=${version#v}
  [ "${major%%.*}" -ge 24 ]
}

system_node() { # the machine's own: npm puts the packaged one before it
  (
    IFS=:
    for directory in $PATH; do
      case "$directory" in */node_modules/.bin) continue ;; esac
      if [ -x "$directory/node" ]; then
        echo "$directory/node"
        exit
      fi
    done
    echo node
  )
}

lock=$(cksum package-lock.json)
was=$(cat "$stamp" 2>/dev/null || true)
case "$was" in
  "full $lock" | "$mode $lock") installed=yes ;;
  full*) installed=no mode=full ;; # a developer's tree stays one
  *) installed=no ;;
esac

if [ "$installed" = no ]; then
  if ! command -v npm >/dev/null 2>&1; then
    echo 'npm is needed to install the dependencies. Install Node.js 24 with npm: https://nodejs.org' >&2
    exit 1
  fi
  # What `npm install` put there by hand is left alone when it has everything.
  if ! node scripts/is-installed.mjs "$mode" 2>/dev/null; then
    echo 'Installing the dependencies; this is done once.' >&2
    if [ "$mode" = production ]; then
      npm ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null
    else
      npm ci --include=dev --no-audit --no-fund --loglevel=error >/dev/null
    fi
  fi
  echo "$mode $lock" >"$stamp" 2>/dev/null || true # a read-only file system is fine
fi

if usable "$node"; then
  PATH=$PWD/node_modules/.bin:$PATH
else
  node=$(system_node)
  if ! usable "$node"; then
    echo "Parley needs Node.js 24 or newer; this machine has $("$node" --version 2>/dev/null || echo none). Install it from https://nodejs.org and start again." >&2
    exit 1
  fi
  PATH=$(dirname "$node"):$PWD/node_modules/.bin:$PATH
fi

# The second start takes the compiled form of every module from here.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$PWD/node_modules/.cache/compile}
export NODE_COMPILE_CACHE PATH
exec "$node" --conditions=parley-source "$@"
