#!/bin/sh
# Runs stock AWS clients against the program built from this checkout.
#
#   test/clients/run.sh [argument of go test ...]
#
# Needs Go, Node 20 or newer with npm, and the Debian packages awscli, curl and jq; with the
# Debian package chromium it tests passkeys in a browser too.
# MAYFLY_TEST_AWS names another AWS CLI than /usr/bin/aws; MAYFLY_TEST_BUILD=-race
# builds the program with the race detector, whose reports then fail the run.
set -eu

cd "$(dirname "$0")"
npm ci --prefix js
MAYFLY_TEST_CLIENTS=1
export MAYFLY_TEST_CLIENTS
go vet ./...
exec go test -count=1 -timeout 15m "$@" ./...
