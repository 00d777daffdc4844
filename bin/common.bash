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
