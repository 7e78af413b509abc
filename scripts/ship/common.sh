# shellcheck shell=bash disable=SC2034
# What scripts/ship/image, memory, pod and token share: . scripts/ship/common.sh NAME, in the root of the checkout.
# A private PostgreSQL, and containers of the image, confined as in a strict cluster; all is removed at the end.
self=scripts/ship/$1
image=localhost/pod-metadata
work=$(mktemp -d)
export POSTGRES_HOME=$PWD/.local/ship/$1-postgres
containers=()
workers=()
failed=0 # for the caller to look at

podman() { scripts/ship/podman "$@"; }
say() { echo "$self: $*"; }
complain() { say "$@" >&2; failed=1; }
fail() { say "$@" >&2; exit 1; }

finish() {
  touch "$work/stop"
  for worker in "${workers[@]}"; do
    wait "$worker" || true
  done
  for container in "${containers[@]}"; do
    podman rm --force --time 0 "$container" >/dev/null 2>&1 || true
  done
  scripts/postgres remove
  rm -rf "$work" .local/ship/pods
}
trap finish EXIT

# claim NAME: the container is removed at the end, and now, should an earlier run have left it.
claim() {
  containers+=("$1")
  podman rm --force "$1" >/dev/null 2>&1 || true
}

start_postgres() {
  command -v jq >/dev/null || scripts/install-package jq jq
  scripts/postgres remove # what a run that was killed may have left
  scripts/postgres start
}

database() { echo "ConnectionStrings__PodMetadata=$(scripts/postgres url | sed "s/Database=.*/Database=$1/")"; }

# confined UID MEMORY OPTION…: what a strict cluster gives a container. The network is the machine's, for PostgreSQL on loopback.
confined() {
  local uid=$1 memory=$2
  shift 2
  podman run --network host --user "$uid:$uid" --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges \
    --memory "$memory" --memory-swap "$memory" --env "ASPNETCORE_URLS=http://127.0.0.1:$port" "$@"
}

# serve NAME UID MEMORY OPTION…: starts the service and waits until it is ready, at $url.
serve() {
  local name=$1
  shift
  port=$(scripts/free-port)
  url=http://127.0.0.1:$port
  claim "$name"
  local started=$SECONDS
  confined "$1" "$2" --detach --name "$name" "${@:3}" "$image" >/dev/null
  until curl --silent --fail --output /dev/null --max-time 2 "$url/readyz"; do
    if [ "$(podman inspect --format '{{.State.Running}}' "$name")" != true ] || [ $((SECONDS - started)) -gt 60 ]; then
      podman logs "$name" >&2
      fail "$name is not ready."
    fi
    sleep 0.2
  done
}

# stop NAME: asks the service to end, with SIGTERM, and checks that it ends with 0 and has logged nothing but JSON.
stop() {
  podman stop --time 40 "$1" >/dev/null
  check_log "$1" "$(podman inspect --format '{{.State.ExitCode}}' "$1")"
}

check_log() {
  podman logs "$1" >"$work/log" 2>&1
  [ "$2" = 0 ] || complain "$1 ended with $2: $(tail -n 1 "$work/log")"
  [ -s "$work/log" ] || complain "$1 logged nothing."
  jq --raw-input --raw-output 'try (fromjson | empty) catch input_line_number' "$work/log" >"$work/lines"
  local number
  while read -r number; do
    complain "$1 logged a line that is not JSON: $(sed -n "${number}p" "$work/log")"
  done <"$work/lines"
}

# answers CODE WHAT OPTION…: of curl, which asks.
answers() {
  local expected=$1 what=$2 code
  shift 2
  code=$(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$@") || true
  [ "$code" = "$expected" ] || complain "$what was answered $code, not $expected."
}
