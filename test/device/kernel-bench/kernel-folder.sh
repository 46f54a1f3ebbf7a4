#!/bin/bash
# Prints the folder where the bench kernel of these very sources is, or will be.
# The name carries a digest of everything that decides what the kernel is, so a cache can never serve a stale one.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pi-edge-api/kernel-bench}

cd "$here"
stamp=$(cat kernel.config ./*.patch w1-sim.c ./*.dts build-kernel.sh | sha256sum | cut -c1-16)
echo "$cache/$stamp"
