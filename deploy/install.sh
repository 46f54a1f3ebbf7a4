#!/bin/bash
# Installs pi-edge-api as a service on 64-bit Raspberry Pi OS or Debian. Run again, it updates.
#
#   sudo deploy/install.sh                      install or update from this checkout
#   sudo deploy/install.sh --prebuilt           the same without npm and network: dist and node_modules come along
#   sudo deploy/install.sh --rollback           back to the release before
#   sudo deploy/install.sh --uninstall          remove the program; --purge removes data, key and configuration too
#   deploy/install.sh --help                    these lines
#
# ROOT=/mnt/card prepares a mounted card or an image instead of the running system; nothing is started there.
set -euo pipefail
umask 022

ROOT=${ROOT:-}
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
prefix=$ROOT/opt/pi-edge-api
etc=$ROOT/etc/pi-edge-api
data=$ROOT/var/lib/pi-edge-api
unit=pi-edge-api.service
health_wait_s=${HEALTH_WAIT_S:-60}
run_systemd=${RUN_SYSTEMD:-/run/systemd/system}

say() { echo "pi-edge-api: $*"; }
fail() {
  echo "pi-edge-api: $*" >&2
  exit 1
}

check_machine() {
  [ "$(id -u)" = 0 ] || fail "this changes the system: run it with sudo."
  # dpkg and not uname: 32-bit Raspberry Pi OS has a 64-bit kernel on a Pi 4 or 5, and still cannot run a 64-bit Node.
  local arch
  arch=$(dpkg --print-architecture)
  case $arch in
    arm64 | amd64) ;;
    *) fail "this system is '$arch'. Node 24 and the database exist for 64-bit systems only: install the 64-bit Raspberry Pi OS." ;;
  esac
}

has_systemd() { command -v systemctl >/dev/null && { [ -n "$ROOT" ] || [ -d "$run_systemd" ]; }; }

# Before anything is written: what systemd does not start would lie there for nothing.
check_systemd() {
  has_systemd && command -v systemd-sysusers >/dev/null && return
  fail "systemd does not run here, and the service needs it. In a container, and on other systems, start it by hand: npm start"
}

check_npm() {
  command -v npm >/dev/null ||
    fail "npm is missing for root. Install it with: apt install --no-install-recommends npm (or bring a built checkout and use --prebuilt)."
}

copy_checkout() {
  local release=$1 path paths=()
  shift
  for path in package.json package-lock.json .npmrc tsconfig.json LICENSE README.md src schemas deploy docs "$@"; do
    [ ! -e "$checkout/$path" ] || paths+=("$path")
  done
  # root owns the program: the service may run it, not change it.
  tar -C "$checkout" -cf - "${paths[@]}" | tar -C "$release" -xf - --no-same-owner
}

link_node() {
  (cd "$1" && sh deploy/link-node.sh)
  [ -x "$1/node_modules/.bin/node" ] || fail "there is no Node in $1/node_modules."
}

build() {
  # Without install scripts: nothing from the registry runs as root, and what the service needs comes ready built.
  local quiet=(--ignore-scripts --no-audit --no-fund --loglevel=error)
  cd "$1"
  say "installing packages"
  npm ci "${quiet[@]}"
  link_node "$1"
  say "building"
  npm run --silent build
  npm prune --omit=dev "${quiet[@]}"
  link_node "$1"
  cd - >/dev/null
}

make_release() {
  local release=$1
  if [ "$prebuilt" = yes ]; then
    [ -f "$checkout/dist/src/server.js" ] || fail "--prebuilt, but there is no dist/src/server.js in $checkout."
    copy_checkout "$release" dist node_modules
    link_node "$release"
  else
    copy_checkout "$release"
    build "$release"
  fi
  # Node's C headers are a quarter of everything, and the service compiles nothing.
  rm -rf "$release"/node_modules/node-linux-*/include
  chmod 755 "$release"
}

# A power cut leaves the old file or the new one, whole: written beside it, on the card, and only then renamed. A unit that
# is empty after a cut is masked, and with it the server and the end that makes its outputs safe.
put() {
  local mode=$1 source=$2 target=$3
  mkdir -p "${target%/*}"
  install -m "$mode" "$source" "$target.new"
  sync "$target.new"
  mv -T "$target.new" "$target"
  sync "${target%/*}"
}

# The same for a link: there is no moment without one.
put_link() {
  ln -sfn "$1" "$2.new"
  mv -T "$2.new" "$2"
}

# Files that belong to the owner of the Pi: made once, never overwritten.
configure() {
  mkdir -p "$etc"
  # 0600: it may hold the key. The service manager reads it as root.
  [ -e "$etc/env" ] || put 600 "$1/deploy/pi-edge-api.env.example" "$etc/env"
  [ -e "$etc/config.yaml" ] || put 644 "$1/deploy/config.example.yaml" "$etc/config.yaml"
}

# Prints the address that a release would listen on; fails with the server's own words if it refuses the configuration.
address_of() {
  # shellcheck disable=SC2016 # the dollar signs are JavaScript's
  env -i EDGE_CONFIG="$etc/config.yaml" "$1/node_modules/.bin/node" --env-file-if-exists="$etc/env" --input-type=module -e '
    const { loadConfig } = await import(`${process.argv[1]}/dist/src/config/load.js`);
    try {
      const { host, port } = loadConfig().http;
      const every = host === "0.0.0.0" || host === "::";
      console.log(every ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host, port);
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }' "$1"
}

install_system_files() {
  local deploy=$1/deploy port=$2 announcement
  put 644 "$deploy/$unit" "$ROOT/etc/systemd/system/$unit"
  put 644 "$deploy/pi-edge-api.sysusers.conf" "$ROOT/etc/sysusers.d/pi-edge-api.conf"
  put 644 "$deploy/pi-edge-api.rules" "$ROOT/etc/udev/rules.d/60-pi-edge-api.rules"
  if [ -d "$ROOT/etc/avahi/services" ]; then
    announcement=$(mktemp)
    sed "s|<port>[0-9]*</port>|<port>$port</port>|" "$deploy/pi-edge-api.avahi.service" >"$announcement"
    put 644 "$announcement" "$ROOT/etc/avahi/services/$unit"
    rm -f "$announcement"
  fi
}

switch_to() {
  local release=$1 now
  now=$(readlink "$prefix/current" || true)
  if [ -n "$now" ] && [ "$now" != "releases/${release##*/}" ]; then put_link "$now" "$prefix/previous"; fi
  put_link "releases/${release##*/}" "$prefix/current"
  sync "$prefix"
}

start() {
  systemd-sysusers ${ROOT:+--root="$ROOT"} pi-edge-api.conf
  if [ -n "$ROOT" ]; then
    systemctl --root="$ROOT" enable "$unit"
    sync -f "$ROOT/etc"
    return
  fi
  # No udev in a container: then there are no pins to open either.
  if udevadm control --reload 2>/dev/null; then udevadm trigger --action=change --subsystem-match=gpio --settle; fi
  systemctl daemon-reload
  systemctl enable --quiet "$unit"
  sync -f /etc
  # Whether it runs is asked over HTTP.
  systemctl restart "$unit" || true
}

activate() {
  local release=$1 address='127.0.0.1 5000'
  # A Node for another CPU does not run here: a foreign image is checked by its first start.
  if [ -z "$ROOT" ]; then
    address=$(address_of "$release") || fail "the configuration does not fit this release, which was not started."
  fi
  read -r host port <<<"$address"
  # The release first: after a power cut neither a link nor a unit may lead to files that are not on the card yet.
  sync -f "$release"
  install_system_files "$release" "$port"
  switch_to "$release"
  start
}

# Waits until the active release answers.
answers() {
  [ -z "$ROOT" ] || return 0
  local end=$((SECONDS + health_wait_s))
  while [ $SECONDS -lt $end ]; do
    if systemctl is-failed --quiet "$unit"; then return 1; fi
    if "$prefix/current/node_modules/.bin/node" -e '
      const signal = AbortSignal.timeout(5000);
      fetch(process.argv[1], { signal }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1));
      ' "http://$host:$port/api/health"; then
      say "running: http://$(hostname).local:$port/docs"
      return 0
    fi
    sleep 1
  done
  return 1
}

remove_old_releases() {
  local release name
  for release in "$prefix"/releases/*/; do
    name=releases/$(basename "$release")
    if [ "$name" != "$(readlink "$prefix/current")" ] && [ "$name" != "$(readlink "$prefix/previous")" ]; then rm -rf "$release"; fi
  done
}

# Readies the data for a release: one that is older than the tables of the database gets the database of before the update.
# What is asked is the release that is in use now: it knows what it did, and where.
data_for() {
  local release=$1 tool=$prefix/current/dist/src/roll-back.js
  shift
  if [ -n "$ROOT" ] || [ ! -f "$tool" ]; then return 0; fi
  # What systemd gives the service, as far as the place of its data depends on it.
  env -i PATH="$PATH" EDGE_CONFIG="$etc/config.yaml" "$prefix/current/node_modules/.bin/node" \
    --env-file-if-exists="$etc/env" --import 'data:text/javascript,process.env.EDGE_DATA_DIR||="/var/lib/pi-edge-api"' \
    "$tool" "$release" "$@"
}

give_up() {
  local before
  journalctl --no-pager --lines=20 --unit="$unit" >&2 || true
  before=$(readlink "$prefix/previous") || fail "it does not answer; its log is above."
  say "it does not answer; its log is above. Going back to the release before." >&2
  systemctl stop "$unit" || true
  data_for "$prefix/$before" --or-empty || say "its data could not be looked at." >&2
  activate "$prefix/$before"
  rm -f "$prefix/previous"
  answers || fail "the release before does not answer either."
  exit 1
}

install_release() {
  check_machine
  check_systemd
  [ "$prebuilt" = yes ] || check_npm
  mkdir -p "$prefix/releases"
  release=$(mktemp -d "$prefix/releases/$(date -u +%Y%m%d-%H%M%S)-XXXX")
  # A release that was not finished is removed, whatever stopped it.
  trap '[ "$(readlink "$prefix/current")" = "releases/${release##*/}" ] || rm -rf "$release"' EXIT
  make_release "$release"
  configure "$release"
  activate "$release"
  answers || give_up
  remove_old_releases
  local before
  if before=$(readlink "$prefix/previous"); then data_for "$prefix/$before" --forget || true; fi
  if [ -n "$ROOT" ]; then
    say "ready in $ROOT, to start at its next boot"
    return
  fi
  say "key for writes: sudo cat /var/lib/pi-edge-api/api-key (unless EDGE_API_KEY is set in /etc/pi-edge-api/env)"
  say "settings: /etc/pi-edge-api/config.yaml and /etc/pi-edge-api/env, then: sudo systemctl restart pi-edge-api"
  say "log: journalctl -u pi-edge-api -f"
}

rollback() {
  check_machine
  check_systemd
  local before
  before=$(readlink "$prefix/previous") || fail "there is no release before this one."
  [ -n "$ROOT" ] || systemctl stop "$unit" || true
  data_for "$prefix/$before" || {
    systemctl start "$unit" || true
    fail "not gone back: the release before cannot have its data; this one runs on. To leave the data behind, stop the service, move edge.db out of its folder, and try again."
  }
  activate "$prefix/$before"
  answers || fail "the release before does not answer: journalctl -u pi-edge-api"
}

uninstall() {
  check_machine
  if ! has_systemd; then
    say "systemd does not run here: nothing is stopped." >&2
    rm -f "$ROOT/etc/systemd/system/multi-user.target.wants/$unit"
  elif [ -n "$ROOT" ]; then
    systemctl --root="$ROOT" disable "$unit" || true
  else
    systemctl disable --now "$unit" || true
  fi
  rm -f "$ROOT/etc/systemd/system/$unit" "$ROOT/etc/avahi/services/$unit"
  rm -f "$ROOT/etc/udev/rules.d/60-pi-edge-api.rules" "$ROOT/etc/sysusers.d/pi-edge-api.conf"
  rm -rf "$prefix"
  if has_systemd && [ -z "$ROOT" ]; then systemctl daemon-reload; fi
  if [ "$purge" = yes ]; then
    rm -rf "$data" "$etc"
    # The user stays as long as there are files that belong to it: another one could get its number.
    userdel ${ROOT:+--root "$ROOT"} pi-edge-api || true
    say "removed, with data and configuration."
  else
    say "removed. Data is kept in /var/lib/pi-edge-api, configuration in /etc/pi-edge-api."
  fi
}

action=install_release prebuilt=no purge=no
for argument in "$@"; do
  case $argument in
    --prebuilt) prebuilt=yes ;;
    --rollback) action=rollback ;;
    --uninstall) action=uninstall ;;
    --purge) purge=yes ;;
    --help | -h)
      sed -n 's/^# \{0,1\}//p; /^set -/q' "${BASH_SOURCE[0]}" | sed 1d
      exit 0
      ;;
    *) fail "unknown option '$argument'; there are --prebuilt, --rollback, --uninstall, --purge and --help." ;;
  esac
done
if [ "$purge" = yes ] && [ "$action" != uninstall ]; then fail "--purge belongs to --uninstall."; fi
$action
