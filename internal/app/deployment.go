package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/config"
	"github.com/mayfly-id/mayfly/internal/discovery"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

// deployment is the one record of what this installation is. Several nodes on one store share it.
type deployment struct {
	Name       string            `json:"name"` // always "deployment"
	ID         string            `json:"id"`
	Account    string            `json:"account"`
	Region     string            `json:"region"`
	Created    time.Time         `json:"created"`
	PreparedBy time.Time         `json:"preparedBy,omitzero"` // until when the node that makes the first tenant may take
	Ready      bool              `json:"ready"`               // the first tenant exists and its secrets were handed out
	Tenant     *discovery.Tenant `json:"tenant,omitempty"`
}

var deployments = store.NewTable("deployment", store.Spec[deployment]{
	Key: []store.Column[deployment]{{Name: "name", Value: func(d *deployment) string { return d.Name }}},
})

// prepareFor is how long a node may take to make the first tenant before another one does it.
const prepareFor = 30 * time.Second

// loadDeployment finds the record, or makes it on a first start. mine tells that this process is to make the first tenant.
func (a *App) loadDeployment(ctx context.Context, c *config.Config) (mine bool, err error) {
	fresh, err := newDeployment(c, a.random, a.now())
	if err != nil {
		return false, err
	}
	for {
		var d deployment
		err := a.db.Update(ctx, func(w store.Writer) error {
			mine = false
			row, err := deployments.Get(ctx, w, fresh.Name)
			if errors.Is(err, store.ErrNotFound) {
				mine, d = true, fresh
				return deployments.Insert(ctx, w, &d)
			}
			if err != nil {
				return err
			}
			abandoned := a.cfg.Store == "" || a.now().After(row.Doc.PreparedBy) // an embedded store has no other node that could be at it
			if !row.Doc.Ready && abandoned {
				mine, row.Doc.PreparedBy = true, a.now().Add(prepareFor)
				err = deployments.Update(ctx, w, &row)
			}
			d = row.Doc
			return err
		})
		if err != nil {
			return false, fmt.Errorf("deployment: %w", err)
		}
		a.deployment = d
		if d.Ready || mine {
			return mine, nil
		}
		select { // another node is at it
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func newDeployment(c *config.Config, random io.Reader, now time.Time) (deployment, error) {
	id, err := draw.UUID(random)
	if err != nil {
		return deployment{}, err
	}
	account := c.FirstRun.Account
	if account == "" {
		if account, err = digits(random, 12); err != nil {
			return deployment{}, err
		}
	}
	return deployment{Name: "deployment", ID: id, Account: account, Region: c.Region, Created: now, PreparedBy: now.Add(prepareFor)}, nil
}

// errOvertaken means that this node took so long to make the first tenant that another one is at it, which may have discarded what this one made.
var errOvertaken = errors.New("another node has taken over the first start")

// saveTenant notes that the first tenant is complete.
func (a *App) saveTenant(ctx context.Context, t discovery.Tenant) error {
	var saved deployment
	err := a.db.Update(ctx, func(w store.Writer) error {
		row, err := deployments.Get(ctx, w, "deployment")
		if err != nil {
			return err
		}
		if row.Doc.Ready || !row.Doc.PreparedBy.Equal(a.deployment.PreparedBy) {
			return errOvertaken
		}
		row.Doc.Tenant, row.Doc.Ready = &t, true
		if err := deployments.Update(ctx, w, &row); err != nil {
			return err
		}
		saved = row.Doc
		return nil
	})
	if err == nil {
		a.deployment = saved
	}
	return err
}
