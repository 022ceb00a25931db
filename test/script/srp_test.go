package script

import (
	"crypto/rand"
	"encoding/base64"
	"flag"
	"io"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mayfly-id/mayfly/srp"
)

// modulus is the prime of RFC 5054's 3072-bit group in hexadecimal: a client value of it is 0 modulo N.
const modulus = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
	"ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
	"ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f" +
	"83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b" +
	"e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510" +
	"15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7" +
	"abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c" +
	"bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff"

// cmdSRP signs in with Secure Remote Password: srp [flags] USER PASSWORD. The answer of the last step is the last answer.
//
//	-pool, -client   other than the first tenant's
//	-name internal   answer with USER_ID_FOR_SRP as USERNAME, as some clients do, instead of the name given
//	-zero            send N as the client's value: it is 0 modulo N
//	-made-up         send random bytes for the proof
//	-replay          send the last proof once more, without a new first step
//	-first           only the first step
func cmdSRP(ts *testscript.TestScript, neg bool, args []string) {
	f := flag.NewFlagSet("srp", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	x := exchange{ts: ts, w: worldOf(ts)}
	f.StringVar(&x.pool, "pool", ts.Getenv("USER_POOL"), "")
	f.StringVar(&x.client, "client", ts.Getenv("CLIENT"), "")
	internal := f.Bool("internal", false, "")
	zero := f.Bool("zero", false, "")
	madeUp := f.Bool("made-up", false, "")
	replay := f.Bool("replay", false, "")
	first := f.Bool("first", false, "")
	ts.Check(f.Parse(args))
	if *replay {
		x.w.answered(ts, neg, x.respond(x.w.proof))
		return
	}
	if f.NArg() != 2 {
		ts.Fatalf("usage: srp [flags] USER PASSWORD")
	}
	c, err := srp.Cognito().NewClient(rand.Reader)
	ts.Check(err)
	public := c.A()
	if *zero {
		public = modulus
	}
	a := x.call("InitiateAuth", "AuthFlow=USER_SRP_AUTH", "ClientId="+x.client, "AuthParameters.USERNAME="+f.Arg(0), "AuthParameters.SRP_A="+public)
	if *first || a.status != 200 {
		x.w.answered(ts, neg, a)
		return
	}
	proof := x.prove(c, a, f.Arg(1))
	if !*internal {
		proof["USERNAME"] = f.Arg(0)
	}
	if *madeUp {
		b := make([]byte, 32)
		_, _ = rand.Read(b) // never fails
		proof["PASSWORD_CLAIM_SIGNATURE"] = base64.StdEncoding.EncodeToString(b)
	}
	x.w.proof = proof
	x.w.answered(ts, neg, x.respond(proof))
}

// exchange is one sign-in.
type exchange struct {
	ts           *testscript.TestScript
	w            *world
	pool, client string
}

func (x *exchange) call(operation string, input ...string) *answer {
	c := call{header: headers{map[string][]string{}}, service: services()["cognito-idp"], operation: operation, input: input}
	a, err := c.do(x.ts)
	x.ts.Check(err)
	return a
}

// prove answers the server's challenge.
func (x *exchange) prove(c *srp.Client, a *answer, password string) map[string]string {
	p := func(name string) string {
		v, ok := a.text("ChallengeParameters." + name)
		if !ok {
			x.ts.Fatalf("the challenge has no %s:\n%s", name, a)
		}
		return v
	}
	block, err := base64.StdEncoding.DecodeString(p("SECRET_BLOCK"))
	x.ts.Check(err)
	_, poolName, _ := strings.Cut(x.pool, "_")
	stamp, signature, err := c.Claim(poolName, p("USER_ID_FOR_SRP"), password, p("SALT"), p("SRP_B"), block, time.Now())
	x.ts.Check(err)
	return map[string]string{
		"USERNAME": p("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": p("SECRET_BLOCK"), "TIMESTAMP": stamp,
		"PASSWORD_CLAIM_SIGNATURE": base64.StdEncoding.EncodeToString(signature),
	}
}

func (x *exchange) respond(proof map[string]string) *answer {
	input := []string{"ChallengeName=PASSWORD_VERIFIER", "ClientId=" + x.client}
	for name, value := range proof {
		input = append(input, "ChallengeResponses."+name+"="+value)
	}
	return x.call("RespondToAuthChallenge", input...)
}
