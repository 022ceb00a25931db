package notify

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
)

// line is the connection of one message. It is kept here so that it can be closed whatever the library does with it.
type line struct {
	mailer *Mailer

	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

// dial connects, under TLS where the gateway begins with it.
func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := l.mailer.c.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if !l.keep(conn) {
		return nil, net.ErrClosed
	}
	if !l.mailer.secure {
		return conn, nil
	}
	secure := tls.Client(conn, l.mailer.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("TLS: %w", err)
	}
	return secure, nil
}

// keep remembers a connection, or closes it when the time is up already.
func (l *line) keep(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = conn.Close() // nobody uses it
		return false
	}
	l.conn = conn
	return true
}

// close ends the connection. It may have been closed before.
func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn != nil {
		_ = l.conn.Close() // closed twice is closed
	}
}
