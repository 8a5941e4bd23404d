#!/bin/bash
# display.sh command...: runs it on a virtual display. In place of xvfb-run, which waits for ever where the display says
# that it is ready before it has begun to wait for that.
trap 'ready=yes' USR1
for number in $(seq 99 199); do
  ready=
  # It says so to a parent that it found deaf. One whose last client goes would begin anew, and refuse whoever comes then.
  (trap '' USR1; exec Xvfb ":$number" -screen 0 1600x1200x24 -noreset -nolisten tcp >/dev/null 2>&1) &
  display=$!
  while test -z "$ready" && kill -0 "$display" 2>/dev/null; do sleep 0.05; done
  test -n "$ready" && break # else somebody has that number
done
test -n "$ready" || { echo "No virtual display starts." >&2; exit 1; }
trap 'kill "$display"' EXIT
DISPLAY=":$number" "$@"
