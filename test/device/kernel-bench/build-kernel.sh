#!/bin/bash
# build-kernel.sh : builds the bench kernel (user-mode Linux) from Debian's linux-source package and prints its folder.
#
# 4 to 5 minutes on two cores, 150 MB of download, 1 GB of scratch space; nothing to do where the cache has it.
# Needs a Debian host and, for missing packages, root or sudo.
#
#   BENCH_CACHE          where kernels are kept; default ~/.cache/pi-edge-api/kernel-bench
#   BENCH_SCRATCH        where it is built; default a folder below TMPDIR, removed afterwards
#   BENCH_LINUX_SOURCE   package name, for instance linux-source-6.12; default the newest one that apt offers
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$("$here/kernel-folder.sh")

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_missing() {
  local package missing=()
  for package in "$@"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

newest_linux_source() {
  apt-cache search -n '^linux-source-[0-9.]+$' | awk '{print $1}' | sort -V | tail -n 1
}

# The guest runs on the host's own root filesystem: these two are for the inside.
install_missing i2c-tools iproute2

if [ -x "$folder/linux-bench" ]; then
  echo "$folder"
  exit 0
fi

install_missing gcc libc6-dev make flex bison bc xz-utils patch

package=${BENCH_LINUX_SOURCE:-$(newest_linux_source)}
if [ -z "$package" ]; then
  as_root apt-get update -qq
  package=$(newest_linux_source)
fi
[ -n "$package" ] || { echo 'build-kernel: apt offers no linux-source package; the bench is built on Debian' >&2; exit 1; }

scratch=$(mktemp -d "${BENCH_SCRATCH:-${TMPDIR:-/tmp}}/bench-kernel.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/package" "$scratch/source" "$scratch/object"

echo "build-kernel: $package" >&2
(cd "$scratch/package" && apt-get download -q "$package" >/dev/null 2>&1)
dpkg-deb --fsys-tarfile "$scratch/package/$package"_*.deb | tar -xO "./usr/src/$package.tar.xz" >"$scratch/source.tar.xz"

# Bodies of drivers that no user-mode kernel can have; their Kconfig files stay, because others name them.
tar -C "$scratch/source" --strip-components=1 -xf "$scratch/source.tar.xz" \
  --exclude='*/Documentation/[a-z]*' \
  --exclude='*/tools/testing' \
  --exclude='*/sound/*.[ch]' \
  --exclude='*/drivers/gpu/drm/*.[ch]' \
  --exclude='*/drivers/media/*.[ch]' \
  --exclude='*/drivers/net/ethernet/*.[ch]' \
  --exclude='*/drivers/net/wireless/*.[ch]' \
  --exclude='*/drivers/staging/*.[ch]' \
  --exclude='*/arch/arm*/boot/dts/*'
rm -rf "$scratch/package" "$scratch/source.tar.xz"

cd "$scratch/source"
for change in "$here"/*.patch; do
  patch --quiet -p1 <"$change"
done

# i2c-stub is offered as a module only: built in, it takes its addresses from the kernel command line.
sed -i '/^config I2C_STUB/,/^config\|^endmenu/ s/depends on m$/depends on I2C/' drivers/i2c/Kconfig
cp "$here/w1-sim.c" drivers/w1/masters/
echo 'obj-y += w1-sim.o' >>drivers/w1/masters/Makefile

make -s ARCH=um O="$scratch/object" KCONFIG_ALLCONFIG="$here/kernel.config" allnoconfig

# Kconfig drops a line silently when its dependencies are not met.
unmet=$(grep '^CONFIG_' "$here/kernel.config" | grep -vxF -f "$scratch/object/.config" || true)
[ -z "$unmet" ] || { echo "build-kernel: this kernel source does not offer: $unmet" >&2; exit 1; }

make -s ARCH=um O="$scratch/object" -j"$(nproc)" linux 2>"$scratch/errors" || { tail -n 30 "$scratch/errors" >&2; exit 1; }

# Into the cache in one rename, so that an interrupted build is never taken for a kernel.
done=$scratch/done
mkdir "$done"
strip -o "$done/linux-bench" "$scratch/object/linux"
for board in "$here"/*.dts; do
  "$scratch/object/scripts/dtc/dtc" -q -I dts -O dtb -o "$done/$(basename "$board" .dts).dtb" "$board"
done
mkdir -p "$(dirname "$folder")"
rm -rf "$folder.partial"
cp -r "$done" "$folder.partial"
mv -T "$folder.partial" "$folder"
echo "$folder"
