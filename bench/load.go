package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mayfly-id/mayfly/sigv4"
)

// call is one prepared request, as bytes.
type call []byte

// credentials sign a call; without a key id it is unsigned.
type credentials = sigv4.Credentials

// prepare writes a request. target is the X-Amz-Target of awsJson; empty makes a form of body.
func (s *server) prepare(c credentials, service, target, body string) call {
	r := &sigv4.Request{Method: http.MethodPost, RequestURI: "/", Host: s.addr, Header: http.Header{}, Body: []byte(body)}
	if target == "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	} else {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", target)
	}
	if c.AccessKeyID != "" {
		sigv4.Sign(r, c, s.Region, service, time.Now())
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", s.addr, len(body))
	_ = r.Header.Write(&b)
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// connection sends prepared calls one after the other.
type connection struct {
	c net.Conn
	r *bufio.Reader
}

func (s *server) dial() (*connection, error) {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	return &connection{c, bufio.NewReaderSize(c, 32<<10)}, nil
}

// do sends a call and gives its body. An answer that is not 200 is an error.
func (c *connection) do(b call) ([]byte, error) {
	if _, err := c.c.Write(b); err != nil {
		return nil, err
	}
	status, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	ok := bytes.Contains(status, []byte(" 200 "))
	length := 0
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if len(line) <= 2 {
			break
		}
		if v, found := bytes.CutPrefix(line, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return nil, err
			}
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(c.r, body); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("refused: %s", body)
	}
	return body, nil
}

// result is one measurement.
type result struct {
	requests int64
	wall     time.Duration
	cpu      time.Duration // of the server
}

func (r result) perSecond() float64    { return float64(r.requests) / r.wall.Seconds() }
func (r result) each() time.Duration   { return r.cpu / time.Duration(max(r.requests, 1)) }
func (r result) perCPUSecond() float64 { return float64(r.requests) / r.cpu.Seconds() }

// load sends calls over a number of connections for a time. next gives each connection its next call, and sees the answer to the last one.
func (s *server) load(connections int, length time.Duration, next func(conn, i int, last []byte) (call, error)) (result, error) {
	var count atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, connections)
	before, err := s.cpu()
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	end := began.Add(length)
	for n := range connections {
		c, err := s.dial()
		if err != nil {
			return result{}, err
		}
		wg.Go(func() {
			defer c.c.Close()
			var last []byte
			for i := 0; i%8 != 0 || time.Now().Before(end); i++ {
				b, err := next(n, i, last)
				if err == nil {
					last, err = c.do(b)
				}
				if err != nil {
					errs <- err
					return
				}
				count.Add(1)
			}
		})
	}
	wg.Wait()
	wall := time.Since(began)
	after, err := s.cpu()
	if err != nil {
		return result{}, err
	}
	select {
	case err := <-errs:
		return result{}, err
	default:
	}
	return result{count.Load(), wall, after - before}, nil
}

// same sends a list of calls over and over.
func same(calls ...call) func(int, int, []byte) (call, error) {
	return func(conn, i int, _ []byte) (call, error) { return calls[(conn*7+i)%len(calls)], nil }
}
