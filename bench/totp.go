package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// totpUsers is how many users sign in with a software token: each step of a token counts once, so that one user gives two sign-ins in half a minute.
const totpUsers = 1000

const totpPassword = "Correct-Horse-1"

// totpWorld is a pool whose users have software tokens.
type totpWorld struct {
	b      *bench
	client string
	seeds  [][]byte
	turn   atomic.Int64 // next pair of user and step
}

// api sends one JSON call of user pools and reads the answer.
func (b *bench) api(c *connection, by credentials, operation string, in map[string]any, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	service := "cognito-idp"
	answer, err := c.do(b.prepare(by, service, "AWSCognitoIdentityProviderService."+operation, string(body)))
	if err != nil {
		return fmt.Errorf("%s: %w: %s", operation, err, answer)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func (b *bench) newTOTPWorld() (*totpWorld, error) {
	conn, err := b.dial()
	if err != nil {
		return nil, err
	}
	defer conn.c.Close()
	var pool struct{ UserPool struct{ Id string } }
	if err := b.api(conn, b.user, "CreateUserPool", map[string]any{"PoolName": "totp"}, &pool); err != nil {
		return nil, err
	}
	id := pool.UserPool.Id
	err = b.api(conn, b.user, "SetUserPoolMfaConfig", map[string]any{
		"UserPoolId": id, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true},
	}, nil)
	if err != nil {
		return nil, err
	}
	var client struct{ UserPoolClient struct{ ClientId string } }
	err = b.api(conn, b.user, "CreateUserPoolClient", map[string]any{
		"UserPoolId": id, "ClientName": "totp", "ExplicitAuthFlows": []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	}, &client)
	if err != nil {
		return nil, err
	}
	w := &totpWorld{b: b, client: client.UserPoolClient.ClientId}
	for n := range totpUsers {
		seed, err := w.enrol(conn, id, n)
		if err != nil {
			return nil, err
		}
		w.seeds = append(w.seeds, seed)
	}
	return w, nil
}

func totpUser(n int) string { return fmt.Sprintf("user-%d", n) }

// enrol makes a user with a verified token. The step before now verifies it, which leaves those of now and later.
func (w *totpWorld) enrol(conn *connection, pool string, n int) ([]byte, error) {
	name := totpUser(n)
	if err := w.b.api(conn, w.b.user, "AdminCreateUser", map[string]any{"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"}, nil); err != nil {
		return nil, err
	}
	err := w.b.api(conn, w.b.user, "AdminSetUserPassword", map[string]any{"UserPoolId": pool, "Username": name, "Password": totpPassword, "Permanent": true}, nil)
	if err != nil {
		return nil, err
	}
	body, err := conn.do(w.begin(n))
	if err != nil {
		return nil, err
	}
	var in struct{ AuthenticationResult struct{ AccessToken string } }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	access := in.AuthenticationResult.AccessToken
	var token struct{ SecretCode string }
	if err := w.b.api(conn, credentials{}, "AssociateSoftwareToken", map[string]any{"AccessToken": access}, &token); err != nil {
		return nil, err
	}
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimRight(token.SecretCode, "="))
	if err != nil {
		return nil, err
	}
	if err := w.b.api(conn, credentials{}, "VerifySoftwareToken", map[string]any{"AccessToken": access, "UserCode": totp(seed, -1)}, nil); err != nil {
		return nil, err
	}
	return seed, w.b.api(conn, credentials{}, "SetUserMFAPreference", map[string]any{
		"AccessToken": access, "SoftwareTokenMfaSettings": map[string]any{"Enabled": true, "PreferredMfa": true},
	}, nil)
}

// totp is RFC 6238 with its defaults; step counts from now.
func totp(seed []byte, step int64) string {
	mac := hmac.New(sha1.New, seed)
	_ = binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+step)
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff)%1_000_000)
}

func (w *totpWorld) begin(n int) call {
	return w.b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.InitiateAuth",
		fmt.Sprintf(`{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":%q,"AuthParameters":{"USERNAME":%q,"PASSWORD":%q}}`, w.client, totpUser(n), totpPassword))
}

// signIns gives each connection the two halves of a sign-in in turn: password, then token. The steps of now come first, for all users.
func (w *totpWorld) signIns() func(int, int, []byte) (call, error) {
	type half struct {
		user int
		step int64
		open bool
	}
	states := make([]half, signInConnections)
	return func(n, i int, last []byte) (call, error) {
		s := &states[n]
		if i == 0 {
			s.open = false
		}
		if s.open = !s.open; s.open {
			turn := int(w.turn.Add(1) - 1)
			s.user, s.step = turn%totpUsers, int64(turn/totpUsers)
			if s.step > 1 {
				return nil, errors.New("no steps of software tokens are left: shorten -seconds")
			}
			return w.begin(s.user), nil
		}
		var out struct{ Session string }
		if err := json.Unmarshal(last, &out); err != nil {
			return nil, err
		}
		return w.b.prepare(credentials{}, "", "AWSCognitoIdentityProviderService.RespondToAuthChallenge", fmt.Sprintf(
			`{"ChallengeName":"SOFTWARE_TOKEN_MFA","ClientId":%q,"Session":%q,"ChallengeResponses":{"USERNAME":%q,"SOFTWARE_TOKEN_MFA_CODE":%q}}`,
			w.client, out.Session, totpUser(s.user), totp(w.seeds[s.user], s.step))), nil
	}
}
