#!/bin/sh
# Sets up the simulated hardware, runs the command, notes its exit status and switches the guest off.
here=$1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
# The console is a terminal to the command, but as often a file or a CI log to the reader.
export NO_COLOR=1

. /out/.bench/environment
ip link set lo up
hostname bench
. "$here/guest/hardware.sh"

cd "$(cat /out/.bench/folder)" || exit 1
if [ -z "${BENCH_QUIET:-}" ]; then
  echo "bench: $(tr -d '\0' </proc/device-tree/model), $(uname -r), up in $(cut -d' ' -f1 /proc/uptime) s"
fi

bash /out/.bench/command
echo $? >/out/.bench/status
sync

# systemd's tool, then sysvinit's; without either the kernel itself: user-mode Linux ends when PID 1 does (panic=1).
halt -f -p >/dev/null 2>&1 || poweroff -f >/dev/null 2>&1 || exit 0
