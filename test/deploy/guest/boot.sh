#!/bin/bash
# Guest root: boots systemd as PID 1 of its own PID namespace, which leaves PID 1 of the bench to the bench.
# systemd starts one unit, that runs the tests; its exit status is that of the tests.
set -euo pipefail

# Without these the unit does not start, and what the journal says of it does not lead here.
mount -t cgroup2 none /sys/fs/cgroup
for need in 'unshare --user true' 'grep -qw memory /sys/fs/cgroup/cgroup.controllers' 'grep -q Seccomp: /proc/self/status'; do
  $need || { echo "systemd bench: the kernel of the bench fails at \"$need\"" >&2; exit 1; }
done

# Page counts of io_uring go wrong in user-mode Linux, and with them the guest. Node does without it.
[ ! -e /proc/sys/kernel/io_uring_disabled ] || echo 2 >/proc/sys/kernel/io_uring_disabled

# /tmp holds the scratch folder of the test, which the rule for a fresh boot would empty.
mkdir -p /etc/tmpfiles.d
ln -sf /dev/null /etc/tmpfiles.d/tmp.conf

env | grep -E '^(BENCH_|CI=|NO_COLOR=|PATH=|HOME=)' >/run/deploy-test.env
cat >/etc/systemd/system/deploy-test.service <<UNIT
[Unit]
DefaultDependencies=no
Requires=sysinit.target dbus.service
After=sysinit.target dbus.service
SuccessAction=exit
FailureAction=exit

[Service]
Type=oneshot
EnvironmentFile=/run/deploy-test.env
WorkingDirectory=$PWD
ExecStart=$BENCH_RELEASE/node_modules/.bin/node --test --test-timeout=300000 --test-concurrency=1 --test-reporter=spec $BENCH_TEST
StandardOutput=append:/out/tests.log
StandardError=append:/out/tests.log
TimeoutStartSec=infinity
UNIT

# systemd draws its progress there, over the lines of the tests.
mount --bind /dev/null /dev/console

tail -n +1 -F /out/tests.log 2>/dev/null &
status=0
container=bench unshare --pid --fork --mount --mount-proc --cgroup /lib/systemd/systemd --system \
  --unit=deploy-test.service --show-status=no --log-target=journal </dev/null >/out/boot.log 2>&1 || status=$?
sleep 1
kill %1
[ -s /out/tests.log ] || cat /out/boot.log >&2
exit "$status"
