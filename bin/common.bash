# Shared by bin/start, bin/test, bin/services and bin/ostoja; sourced, never run.
# Must stay within bash 3.2, which is what a Mac ships: no associative arrays, no ${x,,}, no "${empty[@]}" under set -u.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PROGRAM=bin/$(basename "$0")

# One sentence that says what is wrong and how to mend it, then the end.
fail() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

# Sets DATA_DIR to an absolute path: the caller's own (relative to where they stand), or .data beside this repository.
settle_data_dir() {
  case "${DATA_DIR:-}" in
    '') DATA_DIR=$ROOT/.data ;;
    /*) ;;
    *) DATA_DIR=$PWD/$DATA_DIR ;;
  esac
  [ "$DATA_DIR" = / ] || DATA_DIR=${DATA_DIR%/}
  export DATA_DIR
}

# Every folder that may hold a PostgreSQL server's programs, the newest version first, one a line.
postgres_folders() {
  {
    for folder in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
      [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && printf '%s %s\n' "$(postgres_major "$folder")" "$folder"
    done
    if command -v pg_config >/dev/null 2>&1; then
      folder=$(pg_config --bindir 2>/dev/null)
      [ -x "$folder/postgres" ] && [ -x "$folder/initdb" ] && printf '%s %s\n' "$(postgres_major "$folder")" "$folder"
    fi
    true
  } | sort -rn | cut -d' ' -f2-
}

postgres_major() { "$1/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/'; }

# The server programs to use: those of major version $1, or the newest there are. Prints nothing when there are none.
# PG_BIN names the folder outright.
find_postgres() {
  if [ -n "${PG_BIN:-}" ] && [ -x "$PG_BIN/postgres" ]; then
    if [ -z "${1:-}" ] || [ "$(postgres_major "$PG_BIN")" = "$1" ]; then
      printf '%s\n' "$PG_BIN"
      return 0
    fi
  fi
  postgres_folders | while IFS= read -r folder; do
    if [ -z "${1:-}" ] || [ "$(postgres_major "$folder")" = "$1" ]; then
      printf '%s\n' "$folder"
      break
    fi
  done
}

find_redis() {
  command -v redis-server 2>/dev/null && return 0
  for folder in /opt/homebrew/opt/redis/bin /usr/local/opt/redis/bin; do
    [ -x "$folder/redis-server" ] && printf '%s\n' "$folder/redis-server" && return 0
  done
  return 1
}

# The Node that runs Ostoja: the one in the lockfile on Linux, Homebrew's or the machine's own elsewhere.
find_node() {
  local candidate
  for candidate in "$ROOT/node_modules/.bin/node" node /opt/homebrew/opt/node/bin/node /opt/homebrew/opt/node@24/bin/node \
    /usr/local/opt/node@24/bin/node; do
    if command -v "$candidate" >/dev/null 2>&1 && [ "$(node_major "$candidate")" -ge 24 ]; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

node_major() {
  local version
  version=$("$1" --version 2>/dev/null) || version=v0
  version=${version#v}
  printf '%s\n' "${version%%.*}"
}

# The command line of a living process; nothing for one that is gone, or a zombie (a killed server can stay one for seconds).
# A minimal Debian has no ps, a Mac has no /proc.
command_of() {
  if [ -d /proc/self ]; then
    [ -r "/proc/$1/cmdline" ] && tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null
  else
    case "$(ps -o stat= -p "$1" 2>/dev/null)" in Z*) ;; *) ps -o command= -p "$1" 2>/dev/null ;; esac
  fi
  true
}

alive() { [ -n "${1:-}" ] && [ -n "$(command_of "$1")" ]; }

# take_lock FOLDER SECONDS COMPLAINT: waits until no living process has it, and keeps it until this shell ends.
take_lock() {
  local folder=$1 left=$(($2 * 10)) complaint=$3 holder empty=0
  while ! mkdir "$folder" 2>/dev/null; do
    holder=$(cat "$folder/pid" 2>/dev/null)
    if [ -n "$holder" ] && ! alive "$holder"; then
      rm -rf "$folder"
      continue
    fi
    # A holder writes its number at once; a lock that stays empty belongs to one that was killed in between.
    if [ -z "$holder" ]; then empty=$((empty + 1)); else empty=0; fi
    [ $empty -le 30 ] || rm -rf "$folder"
    [ $left -gt 0 ] || fail "$complaint; end it (process $holder) and try again."
    sleep 0.1
    left=$((left - 1))
  done
  printf '%s\n' $$ >"$folder/pid"
  # The folder's name as it is now: the variable is gone when the shell ends.
  trap "rm -rf $(printf '%q' "$folder")" EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# --- setting up (bin/start and bin/test) --------------------------------------------------------------------------

# Runs a command as root: directly, or through sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# need_npm: npm and a Node that can run it, the only things a person must have brought.
need_npm() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && [ "$(node_major node)" -ge 20 ] && return 0
  fail "Node 20 or newer with npm is needed; install it from nodejs.org or your package manager and try again."
}

# install_packages WHY PACKAGE…: says what it is about to install and why, and installs it.
install_packages() {
  local why=$1
  shift
  case "$(uname -s)" in
    Darwin)
      command -v brew >/dev/null 2>&1 || fail "$* is missing ($why) and Homebrew is not here to install it; get Homebrew from brew.sh, or install it yourself."
      say "Installing with Homebrew: $* ($why)."
      brew install "$@" || fail "Homebrew could not install $*; see its message above, mend that and try again."
      ;;
    *)
      command -v apt-get >/dev/null 2>&1 || fail "$* is missing ($why) and this is neither Debian, Ubuntu nor a Mac; install it with your package manager and try again."
      if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
        fail "$* is missing ($why); install it as root with 'apt-get install $*', or give yourself sudo, and try again."
      fi
      say "Installing with apt-get: $* ($why)."
      install_with_apt "$@"
      ;;
  esac
}

# Debian starts a server it installs, and makes a cluster for PostgreSQL. Ours are private, so nothing may be left
# running, taking port 5432 or 6379, or starting at the next boot, that was not there before.
install_with_apt() {
  local held='' package
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common
    printf 'create_main_cluster = false\n' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null && as_root chmod 755 /usr/sbin/policy-rc.d && held=yes
  fi
  local result=0 log
  log=$(mktemp "${TMPDIR:-/tmp}/ostoja-apt.XXXXXX")
  apt_install "$@" >"$log" 2>&1 || { as_root apt-get update >>"$log" 2>&1 && apt_install "$@" >>"$log" 2>&1; } || result=1
  [ -z "$held" ] || as_root rm -f /usr/sbin/policy-rc.d
  [ $result = 0 ] || fail "apt-get could not install $*: $(grep -E '^(E:|dpkg: error)' "$log" | tail -n 1) (whole log: $log); mend that and try again."
  rm -f "$log"
  for package in "$@"; do
    case "$package" in
      redis-server | postgresql)
        [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet "$package" >/dev/null 2>&1 || true
        ;;
    esac
  done
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" </dev/null
}

need_postgres() {
  [ -n "$(find_postgres)" ] && return 0
  case "$(uname -s)" in
    Darwin) install_packages 'the database, run privately in the data folder' postgresql@17 ;;
    *) install_packages 'the database, run privately in the data folder; no system-wide database is made' postgresql ;;
  esac
}

need_redis() {
  find_redis >/dev/null && return 0
  case "$(uname -s)" in
    Darwin) install_packages 'sessions, run privately in the data folder' redis ;;
    *) install_packages 'sessions, run privately in the data folder; the system-wide service stays off' redis-server ;;
  esac
}

# The browser for the journeys. Playwright's own download is not used: the machine's package gets its security updates.
need_chromium() {
  find_chromium >/dev/null && return 0
  case "$(uname -s)" in
    Darwin) fail "Chromium or Chrome is needed for the browser tests; run 'brew install --cask chromium', or set CHROMIUM to one, and try again." ;;
  esac
  # On Ubuntu this package brings a snap, where it works.
  install_packages 'the browser for the journey tests' chromium
  find_chromium >/dev/null || fail "no browser for the journey tests was found even after installing chromium; set CHROMIUM to a Chromium or Chrome and try again."
}

find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome /Applications/Chromium.app/Contents/MacOS/Chromium \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' /usr/bin/chromium-browser; do
    [ -n "$candidate" ] && [ -x "$candidate" ] && printf '%s\n' "$candidate" && return 0
  done
  return 1
}

# The export's viewer is tried in Firefox, too. Where none can be had, as on an Ubuntu whose archive gives only a snap (which sees
# neither /tmp nor a profile of the tests), everything else is still tested and the tests in Firefox fail, saying why.
need_firefox() {
  find_firefox >/dev/null && return 0
  case "$(uname -s)" in
    Darwin) (install_packages 'the other browser in which an export must open' --cask firefox) ;;
    *) (install_packages 'the other browser in which an export must open' firefox-esr) ;;
  esac
  find_firefox >/dev/null ||
    say "Without Firefox the tests of the export in it will fail; install one that is no snap (Debian's firefox-esr, or the one from mozilla.org), or set FIREFOX to one."
}

find_firefox() {
  local candidate
  for candidate in "${FIREFOX:-}" /usr/bin/firefox-esr /usr/bin/firefox /usr/lib/firefox/firefox /opt/firefox/firefox \
    /Applications/Firefox.app/Contents/MacOS/firefox; do
    [ -n "$candidate" ] && [ -x "$candidate" ] && ! is_snap "$candidate" && printf '%s\n' "$candidate" && return 0
  done
  return 1
}

# Ubuntu's package is a script that starts, or asks for, the snap.
is_snap() {
  case "$(readlink -f "$1" 2>/dev/null)" in
    /snap/* | */bin/snap) return 0 ;;
  esac
  head -c 4096 "$1" | grep -aq '/snap/bin/'
}

# Windows and whole browsers are closed on a screen of the tests' own, by keys as people press them. A Mac has a screen.
need_xvfb() {
  [ "$(uname -s)" != Darwin ] || return 0
  command -v Xvfb >/dev/null 2>&1 && command -v xdotool >/dev/null 2>&1 && return 0
  install_packages 'a screen and keys for the tests that close a browser' xvfb xdotool
}

need_age() {
  command -v age >/dev/null 2>&1 || install_packages 'to prove that others can open what Ostoja seals' age
}

need_gnupg() {
  command -v gpg >/dev/null 2>&1 || install_packages 'to prove that others can open what Ostoja encrypts as OpenPGP' gnupg
}

# A Mac's own openssl is LibreSSL, whose cms does the same.
need_openssl() {
  command -v openssl >/dev/null 2>&1 || install_packages 'to prove that others can open what Ostoja encrypts as S/MIME' openssl
}

# node_modules exactly as package-lock.json says. Two that installed at the same time would leave a folder with holes.
need_modules() {
  modules_match && return 0
  mkdir -p "$ROOT/.cache" || fail "cannot write to $ROOT; give yourself rights to it and try again."
  (
    take_lock "$ROOT/.cache/npm-ci.lock" 600 'another npm ci has been busy with node_modules for 10 minutes'
    modules_match || install_modules
  ) || exit 1
}

install_modules() {
  say 'Installing the libraries that package-lock.json names (npm ci).'
  local log
  log=$(mktemp "${TMPDIR:-/tmp}/ostoja-npm.XXXXXX")
  run_and_take_along npm --prefix "$ROOT" ci --include=dev --no-progress >"$log" 2>&1 ||
    fail "npm ci failed: $(grep -E 'npm (error|ERR!)' "$log" | head -n 2 | tr '\n' ' ')(whole log: $log); mend that and try again."
  rm -f "$log"
}

# npm writes a record of what it installed, last of all: it must name the same packages as the lockfile. Optional ones are
# for other processors and may be absent.
modules_match() {
  node -e '
    const [wanted, there] = process.argv.slice(1).map(file => JSON.parse(require("fs").readFileSync(file, "utf8")).packages)
    const same = name => there[name] && there[name].version === wanted[name].version && there[name].integrity === wanted[name].integrity
    const absent = name => wanted[name].optional && !there[name]
    const right = Object.keys(wanted).every(name => name === "" || same(name) || absent(name))
    process.exit(right && Object.keys(there).every(name => wanted[name]) ? 0 : 1)
  ' "$ROOT/package-lock.json" "$ROOT/node_modules/.package-lock.json" 2>/dev/null
}

# Runs a command that must not live on when we are ended: bash alone would leave it behind.
run_and_take_along() {
  "$@" </dev/null &
  local child=$! result=0
  trap 'kill $child 2>/dev/null; exit 143' TERM INT HUP
  wait $child || result=$?
  trap - TERM INT HUP
  return $result
}

need_node() {
  NODE=$(find_node) && return 0
  case "$(uname -s)" in
    Darwin) fail "Node 24 or newer is needed to run Ostoja; run 'brew install node' and try again." ;;
    *) fail "Node 24 for this processor ($(uname -m)) is not among the libraries; install Node 24 from nodejs.org and try again." ;;
  esac
}
