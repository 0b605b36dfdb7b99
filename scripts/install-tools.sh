#!/bin/sh
# Gets the programs that the end-to-end tests use beside Node, from the system's packages when it may.
# Never fails: the tests that need a missing program say so themselves.
set -u

missing=
need() { # need <package> <command that succeeds when it is there>
  sh -c "$2" >/dev/null 2>&1 || missing="$missing $1"
}
need chromium 'command -v chromium || command -v chromium-browser || command -v google-chrome'
need python3-websockets 'python3 -c "import websockets" || /usr/bin/python3 -c "import websockets"'
need netcat-openbsd 'command -v nc'
need strace 'command -v strace'
need curl 'command -v curl'
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing$missing; this is done once." >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >/dev/null # when this fails, the lists that are there may do
  # shellcheck disable=SC2086 # a list of package names
  if apt-get -qq install -y --no-install-recommends $missing >/dev/null; then
    exit 0
  fi
fi
echo "Missing on this machine:$missing. Some tests need them. On Debian: sudo apt-get install$missing" >&2
