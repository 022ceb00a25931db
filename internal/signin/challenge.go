package signin

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// step is the step that a challenge belongs to. A challenge of one never answers another.
type step byte

const (
	stepSRP         step = 1
	stepNewPassword step = 2
)

const (
	challengeVersion = 1
	defaultChallenge = 3 * time.Minute // AuthSessionValidity where the client states none
	clockSlack       = time.Minute     // nodes' clocks differ by less: how long an answered challenge is remembered beyond its end
)

// challenge is what a client brings back, sealed. It holds everything that the second step needs.
type challenge struct {
	step   step
	id     [16]byte
	client string
	sub    string
	name   string // as it was typed
	a      string // SRP_A
	secret []byte // the server's secret of the exchange
	issued time.Time
	stamp  time.Time // when the password was set: a challenge does not outlive the password it was made for
}

// key is the challenge's id in the table of answered ones.
func (c *challenge) key() string { return hex.EncodeToString(c.id[:]) }

// encode writes the plaintext: fixed order, every part present, lengths as unsigned varints, times as nanoseconds since 1970.
func (c *challenge) encode() []byte {
	b := make([]byte, 0, 640)
	b = append(b, challengeVersion, byte(c.step))
	b = append(b, c.id[:]...)
	for _, part := range []string{c.client, c.sub, c.name, c.a, string(c.secret)} {
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
	if len(b) < 18 || b[0] != challengeVersion {
		return nil, errChallenge
	}
	c := &challenge{step: step(b[1]), id: [16]byte(b[2:18])}
	b = b[18:]
	var parts [5]string
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
	c.client, c.sub, c.name, c.a, c.secret = parts[0], parts[1], parts[2], parts[3], []byte(parts[4])
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

func challengeLife(d account.Door) time.Duration {
	if d.Client.ChallengeLife > 0 {
		return d.Client.ChallengeLife
	}
	return defaultChallenge
}

// openChallenge opens a challenge of this step that was made for this client and has not ended.
func (s *Service) openChallenge(ctx context.Context, d account.Door, want step, sealed []byte) (*challenge, error) {
	plain, err := s.core.Keys.Open(ctx, seal.AuthChallenge, d.Pool.ID, sealed, challengeAAD(d.Pool.ID))
	if err != nil {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.").Because(err)
	}
	c, err := decodeChallenge(plain)
	if err != nil || c.step != want || c.client != d.Client.ID {
		return nil, api.NotAuthorizedException.New("Invalid session for the user.")
	}
	age := s.core.Now().Sub(c.issued)
	if age < -clockSlack || age >= challengeLife(d) {
		return nil, api.NotAuthorizedException.New("Invalid session for the user, session is expired.")
	}
	return c, nil
}

// consume makes the challenge answered, in the transaction of what follows from the answer. Of all answers, one gets past it.
func consume(ctx context.Context, w store.Writer, d account.Door, c *challenge) error {
	if c == nil {
		return nil
	}
	err := consumed.Insert(ctx, w, &answered{ID: c.key(), Expires: c.issued.Add(challengeLife(d) + 2*clockSlack)})
	if errors.Is(err, store.ErrExists) {
		return api.NotAuthorizedException.New("Invalid session for the user, session can only be used once.")
	}
	return err
}

// answering is consume for who writes more with it.
func answering(d account.Door, c *challenge) func(ctx context.Context, w store.Writer) error {
	return func(ctx context.Context, w store.Writer) error { return consume(ctx, w, d, c) }
}
