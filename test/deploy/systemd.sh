#!/bin/bash
# systemd.sh : a real start of pi-edge-api.service. Installs this checkout into a folder as install.sh does on a Pi
# (npm ci, build), boots systemd in the kernel bench, and runs the tests there against the installed unit.
#
# Needs a Debian host, root or sudo, npm with its registry, and a few minutes more the first time: the kernel is built then.
#
#   SYSTEMD_BENCH_S   after which the guest is killed; default 600
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
checkout=$(cd "$here/../.." && pwd)
bench=$checkout/test/device/kernel-bench

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# The guest runs on the host's own root filesystem: what it boots has to be installed here.
missing=()
for package in systemd udev dbus; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
"$bench/build-kernel.sh" >/dev/null

scratch=$(mktemp -d "${TMPDIR:-/tmp}/systemd-bench.XXXXXX")
trap 'as_root rm -rf "$scratch"' EXIT
mkdir -p "$scratch/image/etc" "$scratch/out"
as_root env PATH="$PATH" ROOT="$scratch/image" "$checkout/deploy/install.sh" >"$scratch/install.log" 2>&1 ||
  { cat "$scratch/install.log" >&2; exit 1; }
release=$(readlink -f "$scratch/image/opt/pi-edge-api/current")

BENCH_QUIET=yes BENCH_RELEASE=$release BENCH_TEST="$here/systemd.test.ts $here/watchdog.test.ts" \
  "$bench/run.sh" -d "$checkout" -o "$scratch/out" -m 2048M -t "${SYSTEMD_BENCH_S:-600}" -- bash "$here/guest/boot.sh"
