package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	serverCPU = 0
	driverCPU = 1
)

// build compiles the server as it is released.
func build(dir string) (string, error) {
	binary := filepath.Join(dir, "mayfly")
	c := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "./cmd/mayfly")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	c.Stderr = os.Stderr
	return binary, c.Run()
}

// pin keeps every thread of this process on one processor. Where that cannot be, it runs unpinned.
func pin(processor int) {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range tasks {
		if tid, err := strconv.Atoi(t.Name()); err == nil {
			pinThread(tid, processor)
		}
	}
}

func pinThread(tid, processor int) {
	mask := [16]uint64{1 << processor}
	_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, uintptr(tid), unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
}

// world is what a server prints at its first start.
type world struct {
	Endpoint, Region, Account, AccessKeyID, SecretAccessKey          string
	UserPoolID, ClientID, IdentityPoolID, APIAccessKey, APISecretKey string
}

// server is a running server.
type server struct {
	world
	cmd  *exec.Cmd
	addr string
	up   time.Duration // from the start of the process to the first answered connection
}

// start runs the server on its own processor and waits until it answers.
func start(binary string, args ...string) (*server, error) {
	argv := append([]string{"-c", strconv.Itoa(serverCPU), binary, "up", "--output", "json"}, args...)
	s := &server{cmd: exec.Command("taskset", argv...)}
	s.cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "MAYFLY_OUTBOUND_ALLOW=127.0.0.1/32") // the driver's own identity provider
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the server printed nothing: %w", err)
	}
	if err := json.Unmarshal(line, &s.world); err != nil {
		return nil, err
	}
	s.addr = strings.TrimPrefix(s.Endpoint, "http://")
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /20190206/public/config HTTP/1.1\r\nHost: %s\r\n\r\n", s.addr)
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		return nil, err
	}
	s.up = time.Since(began)
	return s, nil
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// cpu is the processor time that the server's threads have used. The kernel keeps it in nanoseconds.
func (s *server) cpu() (time.Duration, error) {
	dir := fmt.Sprintf("/proc/%d/task", s.cmd.Process.Pid)
	tasks, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, t := range tasks {
		b, err := os.ReadFile(filepath.Join(dir, t.Name(), "schedstat"))
		if err != nil {
			continue // the thread has ended
		}
		var n time.Duration
		if _, err := fmt.Sscan(string(b), &n); err == nil {
			sum += n
		}
	}
	return sum, nil
}

// memory is the resident memory of the server in megabytes.
func (s *server) memory() float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	for line := range strings.Lines(string(b)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}
