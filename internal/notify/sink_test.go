package notify

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// sink is a mail server (RFC 5321) that keeps what it gets.
type sink struct {
	net.Listener
	Roots    *x509.CertPool
	config   *tls.Config
	startTLS bool   // it offers STARTTLS
	secure   bool   // TLS from the first byte
	auth     string // "user:password"; empty: it offers no AUTH
	deaf     bool   // it accepts connections and says nothing
	refuse   string // answer to RCPT; empty: it accepts

	mu    sync.Mutex
	mails []received
	lines []net.Conn
}

type received struct {
	from, to, user, data string
	tls                  bool
}

func newSink(t *testing.T, change func(*sink)) *sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{Listener: l, startTLS: true}
	s.certify(t)
	if change != nil {
		change(s)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.lines = append(s.lines, c)
			s.mu.Unlock()
			work.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.mu.Lock()
		for _, c := range s.lines {
			_ = c.Close()
		}
		s.mu.Unlock()
		work.Wait()
	})
	return s
}

func (s *sink) certify(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"mail.example"}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(parsed)
	s.config = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (s *sink) serve(c net.Conn) {
	defer c.Close()
	if s.deaf {
		_, _ = c.Read(make([]byte, 1)) // until it is closed
		return
	}
	secure := s.secure
	if secure {
		c = tls.Server(c, s.config)
	}
	in := bufio.NewReader(c)
	say := func(lines ...string) { _, _ = c.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")) }
	say("220 sink")
	var m received
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			out := []string{"250-sink"}
			if s.startTLS && !secure {
				out = append(out, "250-STARTTLS")
			}
			if s.auth != "" {
				out = append(out, "250-AUTH PLAIN LOGIN")
			}
			say(append(out, "250 8BITMIME")...)
		case "STARTTLS":
			say("220 go on")
			c = tls.Server(c, s.config)
			in, secure = bufio.NewReader(c), true
		case "AUTH":
			_, text, _ := strings.Cut(rest, " ")
			given, _ := base64.StdEncoding.DecodeString(text)
			user, password, _ := strings.Cut(strings.TrimPrefix(string(given), "\x00"), "\x00")
			if user+":"+password != s.auth {
				say("535 no")
				continue
			}
			m.user = user
			say("235 yes")
		case "MAIL":
			m.from, m.tls = line, secure
			say("250 ok")
		case "RCPT":
			m.to = line
			if s.refuse != "" {
				say(s.refuse)
				continue
			}
			say("250 ok")
		case "DATA":
			say("354 go on")
			m.data = ""
			for {
				text, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if text == ".\r\n" {
					break
				}
				m.data += strings.TrimPrefix(text, ".")
			}
			s.mu.Lock()
			s.mails = append(s.mails, m)
			s.mu.Unlock()
			say("250 kept")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *sink) got() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}
