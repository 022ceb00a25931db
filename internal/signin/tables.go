package signin

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/hook"
	"github.com/mayfly-id/mayfly/internal/store"
)

// answered is the id of a challenge that was answered, until no answer to it can come any more.
type answered struct {
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

var consumed = store.NewTable("answered_challenges", store.Spec[answered]{
	Key:      []store.Column[answered]{{Name: "id", Value: func(a *answered) string { return a.ID }}},
	Expires:  func(a *answered) time.Time { return a.Expires },
	Uncached: true,
})

// passcode is the one-time code of a challenge, and how often it was answered wrongly. For software tokens it counts only.
type passcode struct {
	ID       string    `json:"id"`             // of the challenge
	Hash     []byte    `json:"hash,omitempty"` // keyed hash of the code that was sent; empty: none was
	Attempts int       `json:"attempts,omitempty"`
	Expires  time.Time `json:"expires"`
}

var passcodes = store.NewTable("sign_in_codes", store.Spec[passcode]{
	Key:      []store.Column[passcode]{{Name: "id", Value: func(c *passcode) string { return c.ID }}},
	Expires:  func(c *passcode) time.Time { return c.Expires },
	Uncached: true,
})

// sending counts the codes that one user was sent to sign in with.
type sending struct {
	PoolID string    `json:"poolId"`
	Sub    string    `json:"sub"`
	Sent   int       `json:"sent"`
	Since  time.Time `json:"since"`
}

var sendings = store.NewTable("sign_in_messages", store.Spec[sending]{
	Key: []store.Column[sending]{
		{Name: "pool_id", Value: func(s *sending) string { return s.PoolID }},
		{Name: "sub", Value: func(s *sending) string { return s.Sub }},
	},
	Expires:  func(s *sending) time.Time { return s.Since.Add(sendWindow) },
	Uncached: true,
})

// custom is the state of a custom authentication: what functions say is more than a session can carry.
type custom struct {
	ID       string                 `json:"id"` // drawn at the beginning
	A        string                 `json:"a,omitempty"`
	Results  []hook.ChallengeResult `json:"results"`
	Private  map[string]string      `json:"private,omitempty"`  // parameters of the challenge that waits for an answer, for the verifying function
	Metadata string                 `json:"metadata,omitempty"` // of that challenge
	Expires  time.Time              `json:"expires"`
}

var customs = store.NewTable("custom_sign_ins", store.Spec[custom]{
	Key:      []store.Column[custom]{{Name: "id", Value: func(c *custom) string { return c.ID }}},
	Expires:  func(c *custom) time.Time { return c.Expires },
	Uncached: true,
})
