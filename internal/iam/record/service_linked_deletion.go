package record

import (
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// ServiceLinkedDeletion is a request to delete a service-linked role, and what became of it.
type ServiceLinkedDeletion struct {
	Account string             `json:"account"`
	ID      string             `json:"id"` // task/aws-service-role/SERVICE/ROLE/UUID
	Failed  bool               `json:"failed,omitempty"`
	Reason  string             `json:"reason,omitempty"` // why it failed
	Usage   []ServiceRoleUsage `json:"usage,omitempty"`  // what still uses the role
	Created time.Time          `json:"created"`
	Expires time.Time          `json:"expires"` // when it is forgotten
}

// ServiceRoleUsage names what uses a service-linked role in one region.
type ServiceRoleUsage struct {
	Region    string   `json:"region"`
	Resources []string `json:"resources"` // ARNs
}

// ServiceLinkedDeletions is the table of these requests.
var ServiceLinkedDeletions = store.NewTable("iam_service_linked_deletions", store.Spec[ServiceLinkedDeletion]{
	Key: []store.Column[ServiceLinkedDeletion]{
		column("account", func(d *ServiceLinkedDeletion) string { return d.Account }),
		column("id", func(d *ServiceLinkedDeletion) string { return d.ID }),
	},
	Expires:  func(d *ServiceLinkedDeletion) time.Time { return d.Expires },
	Uncached: true,
})
