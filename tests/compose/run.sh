#!/bin/bash
# The whole stack in containers: build, up, confined, one alert per story while services are killed and scaled.
#
# Uses the Docker engine that answers. Where none does and CONTAINER_TOOLS names a folder with 00-install.sh,
# 10-engine.sh, 20-base-images.sh and env.sh, starts one with them (as root), without a registry, and stops it after.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=${CONTAINER_TOOLS:-../shared/tools/containers}
compose=(docker compose -p tocsin-test -f docker-compose.yml -f tests/compose/compose.yaml)
started=
result=FAIL

finish() {
  if [ "$result" = FAIL ]; then
    "${compose[@]}" ps -a || true
    "${compose[@]}" logs --no-color --tail 60 init poller classifier router notifier || true
  fi
  "${compose[@]}" down -v --remove-orphans -t 10 >/dev/null 2>&1 || true
  [ -z "$started" ] || "$tools/10-engine.sh" stop || true
  echo "compose-test: $result (${SECONDS} s)"
}
trap finish EXIT
trap 'exit 130' INT TERM

if ! docker info >/dev/null 2>&1 && [ -x "$tools/10-engine.sh" ]; then
  # shellcheck source=/dev/null
  . "$tools/env.sh"
  if ! docker info >/dev/null 2>&1; then
    "$tools/00-install.sh"
    started=yes
    "$tools/10-engine.sh" start
  fi
  for image in python:3.11-slim-bookworm redis:7; do
    docker image inspect "$image" >/dev/null 2>&1 || { "$tools/20-base-images.sh"; break; }
  done
  tests/compose/images.sh
fi
docker compose version >/dev/null 2>&1 || { echo "needs a Docker engine that answers, with compose v2, or CONTAINER_TOOLS" >&2; exit 2; }

"${compose[@]}" down -v --remove-orphans -t 10 >/dev/null 2>&1 || true
nice timeout 900 "${compose[@]}" build --quiet
# a service that cannot get ready fails here
timeout 300 "${compose[@]}" up -d --wait --wait-timeout 240 --quiet-pull
timeout 1200 python3 -m tests.compose.scenario
result=PASS
