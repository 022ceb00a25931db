package signin

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/factor"
	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/idtoken"
	"github.com/mayfly-id/mayfly/internal/store"
)

// verifyOnly is the token service as factors need it.
type verifyOnly struct{ *idtoken.Service }

func (verifyOnly) RevokeDevice(context.Context, store.Writer, string, string, string) error {
	return nil
}

// passkeyFactors are the real factors, but for passkeys: the credential "good:<challenge>" is the right one of a user who has any.
type passkeyFactors struct {
	*factor.Service
	subs sync.Map // of users who have passkeys
	n    atomic.Int64
}

func (f *passkeyFactors) HasPasskeys(_ context.Context, _ store.Reader, _, sub string) (bool, error) {
	_, has := f.subs.Load(sub)
	return has, nil
}

func (f *passkeyFactors) BeginPasskey(_ context.Context, _ *directory.Pool, u *directory.User) (string, []byte, error) {
	challenge := fmt.Sprintf("challenge-%06d", f.n.Add(1))
	allow := []map[string]any{}
	if _, has := f.subs.Load(u.Sub); has {
		id := "0123456789012345678901234567890123456789012"
		allow = append(allow, map[string]any{"id": id, "type": "public-key", "transports": []string{"hybrid", "internal"}})
	}
	b, err := json.Marshal(map[string]any{"challenge": challenge, "timeout": 1, "rpId": "id.example.org", "allowCredentials": allow, "userVerification": "preferred"})
	return string(b), []byte(challenge), err
}

func (f *passkeyFactors) VerifyPasskey(_ context.Context, _ store.Writer, _ *directory.Pool, u *directory.User, state []byte, credential string) error {
	if !strings.HasPrefix(credential, "good:") && !strings.HasPrefix(credential, "bad:") {
		return api.InvalidParameterException.New("Invalid CREDENTIAL.")
	}
	if _, has := f.subs.Load(u.Sub); !has || credential != "good:"+string(state) {
		return api.NotAuthorizedException.New("Invalid passkey credential.")
	}
	return nil
}

// functions stand in for the pool's triggers, and keep what they were asked.
type functions struct {
	mu      sync.Mutex
	answers map[hook.Source]func(request map[string]any) (any, error)
	calls   []call
}

type call struct {
	hook.Call
	request map[string]any
}

func (f *functions) Invoke(_ context.Context, c hook.Call, request, response any) (bool, error) {
	if !hooked(c.Pool, c.Source) {
		return false, nil
	}
	b, err := json.Marshal(request)
	if err != nil {
		return false, err
	}
	asked := map[string]any{}
	if err := json.Unmarshal(b, &asked); err != nil {
		return false, err
	}
	f.mu.Lock()
	f.calls = append(f.calls, call{c, asked})
	decide := f.answers[c.Source]
	f.mu.Unlock()
	if decide == nil {
		return true, nil
	}
	given, err := decide(asked)
	if err != nil {
		return true, err
	}
	if b, err = json.Marshal(given); err != nil {
		return false, err
	}
	return true, json.Unmarshal(b, response)
}

// of gives what the functions were asked for a source.
func (f *functions) of(source hook.Source) []map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []map[string]any
	for _, c := range f.calls {
		if c.Source == source {
			out = append(out, c.request)
		}
	}
	return out
}

// reply answers a challenge of ada's.
func (h *house) reply(name api.ChallengeNameType, session *string, params map[string]string) (*api.RespondToAuthChallengeResponse, error) {
	all := map[string]string{"USERNAME": "ada"}
	for k, v := range params {
		all[k] = v
	}
	return h.RespondToAuthChallenge(h.ctx, &api.RespondToAuthChallengeRequest{ClientId: clientID, ChallengeName: name, ChallengeResponses: all, Session: session})
}

// asks checks which challenge came.
func asks(t testing.TB, got *api.ChallengeNameType, want api.ChallengeNameType) {
	t.Helper()
	if got == nil || *got != want {
		text := "tokens"
		if got != nil {
			text = string(*got)
		}
		t.Fatalf("asked for %s, want %s", text, want)
	}
}

// app is an authenticator app.
type app struct {
	h    *house
	seed []byte
}

// withTOTP gives ada a software token that is in force.
func (h *house) withTOTP(t testing.TB) *app {
	t.Helper()
	secret, sealed, err := h.keys.NewSeed(&h.pool, userID)
	must(t, err)
	h.changeUser(t, func(u *directory.User) {
		u.TOTP, u.MFA.TOTP = &directory.TOTP{Sealed: sealed, Verified: true, Name: "phone"}, true
	})
	return appOf(t, h, secret)
}

func appOf(t testing.TB, h *house, secret string) *app {
	t.Helper()
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	must(t, err)
	return &app{h, seed}
}

// code is the code of now.
func (a *app) code() string {
	m := hmac.New(sha1.New, a.seed)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(a.h.clock.now().Unix()/30)))
	sum := m.Sum(nil)
	o := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[o:])&0x7fffffff%1_000_000)
}

// wrong is a code that is not of now.
func (a *app) wrong() string {
	b := []byte(a.code())
	b[0] = '0' + (b[0]-'0'+5)%10
	return string(b)
}

func mfa(mode string) func(*directory.Pool) {
	return func(p *directory.Pool) { p.MFA = directory.MFAConfig{Mode: mode, SMS: true, TOTP: true, Email: true} }
}

func withPhone(u *directory.User) {
	u.Attributes = map[string]string{"phone_number": "+15551234567", "email": "ada@example.org"}
}

func (h *house) password(t testing.TB) *api.InitiateAuthResponse {
	t.Helper()
	out, err := h.byName("ada", password)
	must(t, err)
	return out
}

// hundred does something a hundred times at once, and tells how often it went well. Whatever went wrong must be one of the modelled errors.
func hundred(t testing.TB, do func(i int) error) int {
	t.Helper()
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if do(i) == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	return int(won.Load())
}
