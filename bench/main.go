// Command bench measures a real server and prints one table: requests a second and processor time a request, beside primitives measured in
// the same run. It judges nothing.
//
// Usage: go run ./bench [-seconds N] [-users N] [-only NAME]
//
// The server runs on one processor and the driver on another (Linux, with taskset). Signed requests are prepared before the clock starts and
// sent over keep-alive connections; the server verifies every signature.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

type options struct {
	seconds int    // length of one measurement
	users   int    // largest user pool for the look-ups
	only    string // part of the names of the rows to run
}

func main() {
	var o options
	flag.IntVar(&o.seconds, "seconds", 3, "length of one measurement")
	flag.IntVar(&o.users, "users", 1_000_000, "largest user pool for the look-ups; 0 leaves them out")
	flag.StringVar(&o.only, "only", "", "run only what has this in its name")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "mayfly-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, err := build(dir)
	if err != nil {
		return err
	}
	pin(driverCPU)
	t := &table{w: os.Stdout}
	wants := func(name string) bool { return strings.Contains(name, o.only) }
	p := measurePrimitives(t)
	if wants("start") {
		if err := measureStart(t, binary, dir); err != nil {
			return err
		}
	}
	if wants("client") {
		if err := measureClient(t, binary, dir); err != nil {
			return err
		}
	}
	if err := measureRequests(t, binary, dir, o, p, wants); err != nil {
		return err
	}
	if wants("decision") {
		if err := measureDecisions(t); err != nil {
			return err
		}
	}
	if o.users > 0 && wants("look-up") {
		return measureLookups(t, dir, o)
	}
	return nil
}
