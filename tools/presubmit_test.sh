#!/bin/sh
# The checks themselves: check_rooms finds what it shall, test_summary.py counts right.
set -eu
tools=$PWD/tools
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# put FILE INCLUDE: a file of one line.
put() {
  mkdir -p "$tree/$(dirname "$1")"
  echo "#include $2" >"$tree/$1"
}

allowed() {
  put "$1" "$2"
  found=$("$tools/check_rooms" --root "$tree") || fail "$1 may include $2: $found"
  rm "$tree/$1"
}

refused() {
  put "$1" "$2"
  found=$("$tools/check_rooms" --root "$tree") && fail "$1 may not include $2"
  case "$found" in
    "$1:1: "*) ;;
    *) fail "no file and line in: $found" ;;
  esac
  rm "$tree/$1"
}

allowed peer/transfer.cc '"peer/base/clock.h"'
allowed peer/transfer.cc '"convoy/v1/error_detail.pb.h"'
refused peer/transfer.cc '"convoy/v1/job.pb.h"'
refused peer/transfer.cc '"daemon/job.h"'
refused peer/transfer.cc '"../daemon/job.h"'
refused peer/base/clock.cc '"peer/transfer.h"'
refused proto/grpc_status.cc '"peer/base/clock.h"'
allowed daemon/job_manager.cc '"peer/transfer_engine.h"'
refused daemon/job_manager.cc '"peer/transfer.h"'
allowed daemon/daemon.cc '"peer/transfer.h"'
refused client/job_client.cc '"daemon/job.h"'
refused client/job_client.h '  "peer/transfer_engine.h"'
allowed tests/swarm_test.cc '"daemon/job.h"'
refused peer/transfer.cc '<curl/curl.h>'
allowed peer/curl_transport.cc '<curl/curl.h>'
refused daemon/job_manager.cc '<sqlite3.h>'
allowed daemon/sqlite_job_store.cc '<sqlite3.h>'
refused daemon/job_manager.cc '"convoy/v1/job_service.grpc.pb.h"'
allowed daemon/job_service.cc '"convoy/v1/job_service.grpc.pb.h"'
refused client/background_copy_job.cc '<grpcpp/grpcpp.h>'
refused peer/transfer.cc '<gtest/gtest.h>'
allowed bench/torrent.cc '<libtorrent/session.hpp>'

# events NAME: begins the events of a run; result LABEL STATUS XML; finish CODE.
events() {
  run=$tree/$1
  : >"$run.json"
}
result() {
  xml=$run-$(echo "$1" | tr -c 'a-z\n' _).xml
  echo "$3" >"$xml"
  printf '{"id":{"testResult":{"label":"%s","run":1,"shard":1}},"testResult":{"status":"%s","testActionOutput":[{"name":"test.xml","uri":"file://%s"}]}}\n' \
    "$1" "$2" "$xml" >>"$run.json"
}
finish() {
  printf '{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"X","code":%d}}}\n' "$1" >>"$run.json"
}
counts() {
  expected=$1
  shift
  last=$("$tools/test_summary.py" "$@" | tail -n 1) || true
  [ "$last" = "$expected" ] || fail "expected '$expected', got '$last'"
}

events good
result //a:a PASSED '<testsuites><testsuite><testcase name="A"/><testcase name="B" result="skipped"/><testcase name="C" status="notrun"/></testsuite></testsuites>'
finish 0
counts "1 passed, 0 failed, 2 skipped" "$tree/good.json"
"$tools/test_summary.py" "$tree/good.json" >"$tree/out" || fail "exit code of a good run"

events bad
result //a:cases FAILED '<testsuites><testsuite><testcase name="A"/><testcase name="B"><failure/></testcase></testsuite></testsuites>'
result //a:dies_late FAILED '<testsuites><testsuite><testcase name="A"/></testsuite></testsuites>'
result //a:no_xml TIMEOUT ''
echo '{"id":{"targetCompleted":{"label":"//a:broken"}},"completed":{"failureDetail":{}}}' >>"$run.json"
finish 1
counts "2 passed, 4 failed, 0 skipped" "$tree/bad.json"
counts "6 passed, 5 failed, 2 skipped" --passed 3 --failed 1 "$tree/bad.json" "$tree/good.json"
"$tools/test_summary.py" "$tree/bad.json" >"$tree/out" && fail "exit code of a bad run"

events stopped
counts "0 passed, 1 failed, 0 skipped" "$tree/stopped.json"

events nothing_loaded
finish 1
counts "0 passed, 1 failed, 0 skipped" "$tree/nothing_loaded.json"

echo "all as expected"
