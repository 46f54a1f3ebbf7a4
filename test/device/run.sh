#!/bin/bash
# Runs the device tests on a real kernel with a simulated Pi 5, then the drivers' once more on a Pi 4, with pigpio.
# Builds what is missing: the kernel (once, 4 to 5 minutes), pigpio and dist. Exit status: of the first run that fails.
#
#   run.sh [TEST FILE...]       default test/device/*.test.ts; files named pigpio* run on the Pi 4
#   DEVICE_TEST_SECONDS         time limit of a run; default 300
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
bench=$here/kernel-bench
node=node_modules/.bin/node
cd "$project"

"$bench/build-kernel.sh" >/dev/null
npm run --silent build

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# A green run is its closing lines, a red one is everything.
run_on() {
  local board=$1 status=0
  shift
  BENCH_BOARD=$board "$bench/run.sh" -d "$project" -t "${DEVICE_TEST_SECONDS:-300}" -- "$node" --test --test-timeout=240000 "$@" >"$log" || status=$?
  if [ $status = 0 ]; then grep -aE '^(bench:|ℹ)' "$log"; else cat "$log"; fi
  return $status
}

on_pi5=() on_pi4=()
if [ $# = 0 ]; then
  set -- test/device/*.test.ts
  on_pi4=(test/device/gpiochip.test.ts)
fi
for file in "$@"; do
  case $(basename "$file") in
    pigpio*) on_pi4+=("$file") ;;
    *) on_pi5+=("$file") ;;
  esac
done

[ ${#on_pi5[@]} = 0 ] || run_on pi5 "${on_pi5[@]}"
if [ ${#on_pi4[@]} != 0 ]; then
  BENCH_PIGPIO=$("$bench/build-pigpio.sh")
  export BENCH_PIGPIO
  run_on pi4 "${on_pi4[@]}"
fi
