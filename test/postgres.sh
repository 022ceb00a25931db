#!/bin/sh
# Starts a throw-away PostgreSQL, runs a command against it, and stops it.
#
#   test/postgres.sh go test ./internal/store/...
#
# The command sees MAYFLY_TEST_POSTGRES (a connection string) and
# MAYFLY_TEST_POSTGRES_BIN (the server's programs, for tests that start clusters
# of their own). Another version is chosen by setting MAYFLY_TEST_POSTGRES_BIN.
# PostgreSQL refuses to run as root, so root runs it as the user postgres.
set -eu

bin=${MAYFLY_TEST_POSTGRES_BIN:-/usr/lib/postgresql/15/bin}
[ -x "$bin/initdb" ] || { echo "no PostgreSQL in $bin" >&2; exit 1; }
[ $# -gt 0 ] || { echo "usage: $0 command [argument ...]" >&2; exit 1; }

dir=$(mktemp -d /tmp/mayfly-postgres.XXXXXX)
as=
if [ "$(id -u)" = 0 ]; then
	chown postgres "$dir"
	as="runuser -u postgres --"
fi

stop() {
	$as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

cd /
$as "$bin/initdb" -D "$dir/data" -U mayfly -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
$as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start \
	-o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=200" >/dev/null || {
	cat "$dir/log" >&2
	exit 1
}
cd "$OLDPWD"

MAYFLY_TEST_POSTGRES="host=$dir user=mayfly dbname=postgres sslmode=disable"
MAYFLY_TEST_POSTGRES_BIN=$bin
export MAYFLY_TEST_POSTGRES MAYFLY_TEST_POSTGRES_BIN
"$@"
