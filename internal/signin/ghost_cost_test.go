package signin

import (
	"math"
	"testing"

	"github.com/mayfly-id/mayfly/internal/account"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

// The first step does the same work for a name that somebody has and for one that nobody has: as much is allocated, which counts the rows that are
// decoded, the keys that are derived and what is opened.
func TestTheFirstStepCostsTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("short runs are those of the race detector, under which pools forget at random")
	}
	for name, c := range map[string]struct {
		flow   api.AuthFlowType
		params map[string]string
		user   func(*directory.User)
	}{
		"SRP":                          {api.AuthFlowTypeUserSrpAuth, map[string]string{"SRP_A": "abcdef0123456789"}, nil},
		"SRP, user without a password": {api.AuthFlowTypeUserSrpAuth, map[string]string{"SRP_A": "abcdef0123456789"}, func(u *directory.User) { u.SealedVerifier = nil }},
		"choice":                       {api.AuthFlowTypeUserAuth, nil, nil},
		"choice of SRP":                {api.AuthFlowTypeUserAuth, map[string]string{"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": "abcdef0123456789"}, nil},
		"choice of a password":         {api.AuthFlowTypeUserAuth, map[string]string{"PREFERRED_CHALLENGE": "PASSWORD"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, setting{user: c.user, client: func(d *directory.Client) {
				d.PreventExistence = true
				d.Flows = append(d.Flows, "ALLOW_USER_AUTH")
			}})
			if c.user != nil { // somebody else has a password
				u := new(h.user(t))
				u.Sub, u.Username = "22222222-2222-4333-8444-555555555555", "bea"
				must(t, h.core.SetPassword(h.ctx, &h.pool, u, password))
				h.insertUser(t, u)
				_, err := h.byName("bea", password)
				must(t, err)
			}
			cost := func(name string) float64 {
				params := map[string]string{"USERNAME": name}
				for k, v := range c.params {
					params[k] = v
				}
				least := math.Inf(1) // what else the process does only adds
				for range 5 {
					least = min(least, testing.AllocsPerRun(40, func() {
						_, err := h.InitiateAuth(h.ctx, &api.InitiateAuthRequest{ClientId: clientID, AuthFlow: c.flow, AuthParameters: params})
						must(t, err)
					}))
				}
				return least
			}
			known, other := cost("ada"), cost("eve")
			if math.Abs(known-other) > 5 { // a row that is read and decoded adds more
				t.Errorf("somebody costs %.0f allocations, nobody %.0f", known, other)
			}
		})
	}
}

// Whoever stands in for those who are not there may be gone the next time.
func TestStandInsMayGo(t *testing.T) {
	h := open(t, setting{client: hidden})
	d := account.Door{Pool: &h.pool, Client: &h.client}
	find := func() {
		t.Helper()
		a, err := h.core.Find(h.ctx, d, "eve")
		must(t, err)
		if _, err := h.core.Verifier(h.ctx, &a); err != nil || !a.Ghost {
			t.Error(a.Ghost, err)
		}
	}
	find()
	h.in(t)
	find()
	h.deleteUser(t, userID)
	find() // the one who stood in is gone
	find() // and the pool is empty
	u := &directory.User{PoolID: poolID, Sub: userID, Username: "ada", Status: directory.Confirmed, Enabled: true, SealedVerifier: []byte("spoiled")}
	h.insertUser(t, u)
	find() // a verifier that cannot be opened hurts nobody else
	find()
}

func (h *house) insertUser(t testing.TB, u *directory.User) {
	t.Helper()
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error { return directory.InsertUser(h.ctx, w, &h.pool, u) }))
}

func (h *house) deleteUser(t testing.TB, sub string) {
	t.Helper()
	must(t, h.core.Store.Update(h.ctx, func(w store.Writer) error { return directory.DeleteUser(h.ctx, w, poolID, sub) }))
}
