package signin

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// step is the step that a challenge belongs to. A challenge of one never answers another.
type step byte

const (
	stepSRP            step = iota + 1 // PASSWORD_VERIFIER
	stepNewPassword                    // NEW_PASSWORD_REQUIRED
	stepSelect                         // SELECT_CHALLENGE
	stepPassword                       // PASSWORD
	stepPasswordSRP                    // PASSWORD_SRP
	stepEmail                          // EMAIL_OTP as the first factor
	stepSMS                            // SMS_OTP
	stepPasskey                        // WEB_AUTHN as the first factor
	stepSMSMFA                         // SMS_MFA
	stepEmailMFA                       // EMAIL_OTP as the second factor
	stepEmailSetup                     // EMAIL_OTP to an address that the user gave in MFA_SETUP
	stepTOTP                           // SOFTWARE_TOKEN_MFA
	stepPasskeyMFA                     // WEB_AUTHN as the second factor
	stepSelectMFA                      // SELECT_MFA_TYPE
	stepSetup                          // MFA_SETUP
	stepDevice                         // DEVICE_SRP_AUTH
	stepDeviceVerifier                 // DEVICE_PASSWORD_VERIFIER
	stepCustom                         // CUSTOM_CHALLENGE
	stepSignedUp                       // session of SignUp
	stepConfirmed                      // session of ConfirmSignUp
)

const (
	challengeVersion = 2
	defaultChallenge = 3 * time.Minute // AuthSessionValidity where the client states none
	clockSlack       = time.Minute     // nodes' clocks differ by less: how long an answered challenge is remembered beyond its end
)

// proven is what a sign-in has proved so far, and what it is to be asked.
type proven uint16

const (
	byPassword   proven = 1 << iota
	byEmail             // a code that went to the e-mail address
	bySMS               // a code that went to the phone
	byPasskey           // as the first factor
	secondFactor        // any second factor, or a passkey that counts as several
	byDevice            // the device's own proof
	newPassword         // NEW_PASSWORD_REQUIRED was answered
	customFlow          // functions of the pool decide what comes next
	setUp               // the software token that MFA_SETUP asked for has proved itself
	riskAsks            // threat protection wants a second factor of who has one
	riskDemands         // threat protection wants a second factor of everybody
	firstFactors = byPassword | byEmail | bySMS | byPasskey
)

// trail is what goes from one challenge of a sign-in to the next.
type trail struct {
	proven proven
	device string // DEVICE_KEY; empty: none
	event  string // id of the event that threat protection keeps; empty: none
	custom string // id of the state of a custom authentication; empty: none
}

// challenge is what a client brings back, sealed. It holds everything that the next step needs.
type challenge struct {
	step   step
	id     [16]byte
	client string
	sub    string
	name   string // as it was typed
	a      string // SRP_A
	secret []byte // the server's secret of an exchange, or the state of a passkey's challenge
	extra  string // what was offered, separated by commas, or the address that a code went to
	trail
	issued time.Time
	stamp  time.Time // when the password was set: a challenge does not outlive the password it was made for
}

// key is the challenge's id in the table of answered ones.
func (c *challenge) key() string { return hex.EncodeToString(c.id[:]) }

// offers tells whether a choice is among those that the challenge offered.
func (c *challenge) offers(choice string) bool {
	return choice != "" && slices.Contains(strings.Split(c.extra, ","), choice)
}

// encode writes the plaintext: fixed order, every part present, lengths as unsigned varints, times as nanoseconds since 1970.
func (c *challenge) encode() []byte {
	b := make([]byte, 0, 1600)
	b = append(b, challengeVersion, byte(c.step))
	b = append(b, c.id[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(c.proven))
	for _, part := range []string{c.client, c.sub, c.name, c.a, string(c.secret), c.extra, c.device, c.event, c.custom} {
		b = append(binary.AppendUvarint(b, uint64(len(part))), part...)
	}
	b = binary.BigEndian.AppendUint64(b, nanos(c.issued))
	return binary.BigEndian.AppendUint64(b, nanos(c.stamp))
}

// nanos writes the zero time as 0.
func nanos(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(t.UnixNano())
}

func fromNanos(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

var errChallenge = errors.New("signin: malformed challenge")

// decodeChallenge reads what encode wrote, and nothing else.
func decodeChallenge(b []byte) (*challenge, error) {
	if len(b) < 20 || b[0] != challengeVersion {
		return nil, errChallenge
	}
	c := &challenge{step: step(b[1]), id: [16]byte(b[2:18])}
	c.proven = proven(binary.BigEndian.Uint16(b[18:]))
	b = b[20:]
	var parts [9]string
	for i := range parts {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, errChallenge
		}
		parts[i] = string(b[size : size+int(n)])
		b = b[size+int(n):]
	}
	if len(b) != 16 {
		return nil, errChallenge
	}
	c.client, c.sub, c.name, c.a, c.secret, c.extra = parts[0], parts[1], parts[2], parts[3], []byte(parts[4]), parts[5]
	c.device, c.event, c.custom = parts[6], parts[7], parts[8]
	c.issued = fromNanos(binary.BigEndian.Uint64(b))
	c.stamp = fromNanos(binary.BigEndian.Uint64(b[8:]))
	return c, nil
}

func challengeAAD(poolID string) []byte { return seal.AAD("challenge", poolID) }

// sealChallenge completes a challenge with its id and time, and seals it.
func (s *Service) sealChallenge(d account.Door, c *challenge) ([]byte, error) {
	if err := s.core.Draw(c.id[:]); err != nil {
		return nil, err
	}
	c.client, c.issued = d.Client.ID, s.core.Now()
	return s.core.Keys.Seal(seal.AuthChallenge, d.Pool.ID, c.encode(), challengeAAD(d.Pool.ID))
}

// sessionText is a sealed challenge as Session carries it: base64url, a dot, and the client's id, by which operations find the pool that are not told
// the client.
func sessionText(d account.Door, sealed []byte) string {
	return base64.RawURLEncoding.EncodeToString(sealed) + "." + d.Client.ID
}

// splitSession undoes sessionText.
func splitSession(session string) (sealed []byte, clientID string, err error) {
	text, clientID, _ := strings.Cut(session, ".")
	sealed, err = base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || clientID == "" {
		return nil, "", invalidSession()
	}
	return sealed, clientID, nil
}

func invalidSession() error { return api.NotAuthorizedException.New("Invalid session for the user.") }

func usedSession() error {
	return api.NotAuthorizedException.New("Invalid session for the user, session can only be used once.")
}

func challengeLife(d account.Door) time.Duration {
	if d.Client.ChallengeLife > 0 {
		return d.Client.ChallengeLife
	}
	return defaultChallenge
}

// openSession opens the challenge of a Session.
func (s *Service) openSession(ctx context.Context, d account.Door, session string, want ...step) (*challenge, error) {
	sealed, clientID, err := splitSession(session)
	if err != nil {
		return nil, err
	}
	if clientID != d.Client.ID {
		return nil, invalidSession()
	}
	return s.openChallenge(ctx, d, sealed, want...)
}

// openChallenge opens a challenge of one of these steps that was made for this client and has not ended.
func (s *Service) openChallenge(ctx context.Context, d account.Door, sealed []byte, want ...step) (*challenge, error) {
	plain, err := s.core.Keys.Open(ctx, seal.AuthChallenge, d.Pool.ID, sealed, challengeAAD(d.Pool.ID))
	if err != nil {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.").Because(err)
	}
	c, err := decodeChallenge(plain)
	if err != nil || !slices.Contains(want, c.step) || c.client != d.Client.ID {
		return nil, invalidSession()
	}
	age := s.core.Now().Sub(c.issued)
	if age < -clockSlack || age >= challengeLife(d) {
		return nil, api.NotAuthorizedException.New("Invalid session for the user, session is expired.")
	}
	return c, nil
}

// forgotten is when nothing needs to be remembered of a challenge any more.
func (c *challenge) forgotten(d account.Door) time.Time {
	return c.issued.Add(challengeLife(d) + 2*clockSlack)
}

// consume makes the challenge answered, in the transaction of what follows from the answer. Of all answers, one gets past it.
func consume(ctx context.Context, w store.Writer, d account.Door, c *challenge) error {
	if c == nil {
		return nil
	}
	err := consumed.Insert(ctx, w, &answered{ID: c.key(), Expires: c.forgotten(d)})
	if errors.Is(err, store.ErrExists) {
		return usedSession()
	}
	return err
}

// answering is consume for who writes more with it.
func answering(d account.Door, c *challenge) func(ctx context.Context, w store.Writer) error {
	return func(ctx context.Context, w store.Writer) error { return consume(ctx, w, d, c) }
}
