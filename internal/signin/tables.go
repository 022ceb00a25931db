package signin

import (
	"time"

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
