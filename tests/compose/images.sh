#!/bin/bash
# Images that docker-compose.yml names and this machine cannot pull, built from what it can get: Debian packages and
# Maven Central. Needs an engine, and a python:3.11-slim-bookworm and redis:7 already there (CONTAINER_TOOLS).
set -euo pipefail
cd "$(dirname "$0")/../.."

standin=deploy/kafka/standin
kafka=$(sed -n 's/^ *image: \(apache\/kafka:.*\)$/\1/p' docker-compose.yml)
redis=$(sed -n 's/^ *image: \(redis:.*\)$/\1/p' docker-compose.yml)

if ! docker image inspect "$kafka" >/dev/null 2>&1; then
  context=$(mktemp -d)
  trap 'rm -rf "$context"' EXIT
  nice mvn -q -B -f deploy/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$context/libs"
  cp "$standin/Dockerfile" "$standin/run" "$context"
  nice docker build -q -t "$kafka" "$context"
fi

# the public image keeps its data in /data, which belongs to its user; a bare Debian redis-server has no such folder
if ! docker run --rm --network none --entrypoint test "$redis" -d /data; then
  printf '%s\n' "FROM $redis" 'RUN mkdir /data && chown redis:redis /data' 'WORKDIR /data' 'VOLUME /data' |
    nice docker build -q -t "$redis" -
fi
