#!/bin/bash
# run.sh [-d DIR] [-o OUT] [-m MEMORY] [-t SECONDS] -- COMMAND...
#
# Boots the bench kernel as an ordinary process on this machine's own root filesystem, read-only below a tmpfs
# overlay, sets up simulated Raspberry Pi hardware and runs COMMAND there as guest root.
# Exit status: COMMAND's; 125 when the guest never got that far or ran out of time.
#
#   -d DIR       working folder of COMMAND; default the present one
#   -o OUT       host folder that the guest sees as /out, the only one it can write to
#   -m MEMORY    of the guest; default 1024M
#   -t SECONDS   after which the guest is killed; default 300
#
#   BENCH_BOARD        pi5 (default) or pi4: what /proc/device-tree says
#   BENCH_GPIO_LABEL   label of the header's chip; default pinctrl-rp1 on a pi5, pinctrl-bcm2711 on a pi4
#   BENCH_GPIO_LINES   its number of lines; default 54 and 58
#   BENCH_PIGPIO       folder from build-pigpio.sh: the npm package in DIR is compiled, libpigpio installed
#   BENCH_QUIET        not empty: no line about the boot
#   BENCH_LOGLEVEL     kernel messages on the console; default 1, none
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$PWD
out=
memory=1024M
seconds=300
while getopts d:o:m:t: option; do
  case $option in
    d) folder=$(cd "$OPTARG" && pwd) || exit 2 ;;
    o) out=$OPTARG ;;
    m) memory=$OPTARG ;;
    t) seconds=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ "${1:-}" = -- ] && shift
[ $# -gt 0 ] || { echo 'bench: no command given' >&2; exit 2; }

kernel=$("$here/kernel-folder.sh")
[ -x "$kernel/linux-bench" ] || { echo "bench: no kernel yet: run $here/build-kernel.sh first" >&2; exit 125; }

board=${BENCH_BOARD:-pi5}
[ -f "$kernel/$board.dtb" ] || { echo "bench: there is no board \"$board\": pi5 or pi4" >&2; exit 2; }
case $board in
  pi4) label=pinctrl-bcm2711 lines=58 ;;
  *) label=pinctrl-rp1 lines=54 ;;
esac
export BENCH_GPIO_LABEL=${BENCH_GPIO_LABEL:-$label} BENCH_GPIO_LINES=${BENCH_GPIO_LINES:-$lines}

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
[ -n "$out" ] || out=$scratch/out
mkdir -p "$out/.bench"
out=$(cd "$out" && pwd)
rm -f "$out/.bench/status"
printf '%q ' "$@" >"$out/.bench/command"
printf '%s' "$folder" >"$out/.bench/folder"
# Quoted, because the guest reads this file as shell.
for name in $(compgen -e | grep -E '^(BENCH_.*|CI)$'); do
  printf 'export %s=%q\n' "$name" "${!name}"
done >"$out/.bench/environment"

# Without the tunable the host's kernel writes the C library's rseq area, which guest processes inherit, into their memory.
# TMPDIR holds the guest's memory as an executable mapping: a noexec folder will not do.
# The pipe at the end keeps the kernel's console from switching the caller's terminal to raw mode.
GLIBC_TUNABLES=glibc.pthread.rseq=0 TMPDIR=${BENCH_RAMDIR:-/tmp} timeout -k 5 "$seconds" "$kernel/linux-bench" \
  mem="$memory" umid="bench$$" uml_dir="$scratch" dtb="$kernel/$board.dtb" \
  root=/dev/root rootfstype=hostfs rootflags=/ ro init="$here/guest/init.sh" \
  bench_here="$here" bench_out="$out" i2c_stub.chip_addr=0x48,0x40,0x76,0x41 \
  loglevel="${BENCH_LOGLEVEL:-1}" panic=1 con=null con0=null,fd:1 \
  </dev/null 2>"$out/.bench/errors" | cat
ended=${PIPESTATUS[0]}

if ! status=$(cat "$out/.bench/status" 2>/dev/null); then
  case $ended in
    124 | 137) echo "bench: killed after $seconds s" >&2 ;;
    *) echo "bench: the guest died (status $ended)" >&2 ;;
  esac
  cat "$out/.bench/errors" >&2
  exit 125
fi
exit "$status"
