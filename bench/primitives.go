package main

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"github.com/mayfly-id/mayfly/srp"
)

// primitives are what a sign-in cannot avoid.
type primitives struct {
	sign, verify, check func() // an RSA-2048 signature (PKCS #1 v1.5) and its verification, one password against its SRP verifier
	first, second       func() // the server's arithmetic of the two SRP steps
}

// cpu gives the least processor time of one call over many slices of about three milliseconds, which a busy machine disturbs least.
func cpu(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f()
	n := 1
	for {
		start := threadTime()
		for range n {
			f()
		}
		if d := threadTime() - start; d > 3*time.Millisecond || n > 1<<20 {
			break
		}
		n *= 2
	}
	best := time.Duration(1<<63 - 1)
	for range 25 {
		start := threadTime()
		for range n {
			f()
		}
		best = min(best, (threadTime()-start)/time.Duration(n))
	}
	return best
}

// mean gives the processor time of one call on one processor, over a time.
func mean(processor int, length time.Duration, f func()) time.Duration {
	out := make(chan time.Duration)
	go func() {
		runtime.LockOSThread() // the thread ends with this goroutine, and its pinning with it
		pinThread(syscall.Gettid(), processor)
		f()
		n, start, end := 0, threadTime(), time.Now().Add(length)
		for time.Now().Before(end) {
			f()
			n++
		}
		out <- (threadTime() - start) / time.Duration(max(n, 1))
	}()
	return <-out
}

// threadTime is the processor time of this thread, in nanoseconds of the kernel's clock.
func threadTime() time.Duration {
	const thread = 3 // CLOCK_THREAD_CPUTIME_ID
	var ts syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, thread, uintptr(unsafe.Pointer(&ts)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(ts.Nano())
}

func measurePrimitives(t *table) primitives {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	digest := sha256.Sum256([]byte("x"))
	sig, _ := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	g := srp.Cognito()
	v := g.NewVerifier("pool", "user", "password", make([]byte, 16))
	server, _ := g.NewServer(rand.Reader, v)
	client, _ := g.NewClient(rand.Reader)
	a := client.A()
	ts, proof, _ := client.Claim("pool", "user", "password", "00", server.B(), nil, time.Now())
	n, base := new(big.Int).SetBytes(v.V), new(big.Int).SetBytes(v.V)
	n.SetBit(n.Lsh(n, 1), 0, 1)
	exponent := new(big.Int).SetBytes(digest[:])
	body := make([]byte, 800)
	p := primitives{
		sign:   func() { _, _ = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:]) },
		verify: func() { _ = rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest[:], sig) },
		check:  func() { g.CheckPassword(v, "pool", "user", "password") },
		first:  func() { _, _ = g.NewServer(rand.Reader, v) },
		second: func() { _ = server.Verify(a, "pool", "user", nil, ts, proof) },
	}
	t.title("Primitives (processor time, least of 25 slices)")
	for _, r := range []struct {
		name string
		f    func()
	}{
		{"RSA-2048 signature", p.sign},
		{"RSA-2048 verification", p.verify},
		{"SRP verifier check", p.check}, {"SRP first step (B)", p.first}, {"SRP second step (proof)", p.second},
		{"3072-bit power, 256-bit exponent", func() { new(big.Int).Exp(base, exponent, n) }},
		{"SHA-256 of 800 bytes", func() { sha256.Sum256(body) }},
		{"HMAC-SHA-256", func() {
			m := hmac.New(sha256.New, digest[:])
			m.Write(digest[:])
			m.Sum(nil)
		}},
	} {
		t.row(r.name, "%9.1f µs", micros(cpu(r.f)))
	}
	return p
}
