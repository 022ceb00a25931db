package organization

import "time"

// Organization is an organization and its root. ID is o-… and never reused.
type Organization struct {
	ID          string               `json:"id"`
	Management  string               `json:"management"` // the account that manages it
	AllFeatures bool                 `json:"allFeatures,omitempty"`
	Created     time.Time            `json:"created"`
	Root        string               `json:"root"` // r-…
	RootTags    map[string]string    `json:"rootTags,omitempty"`
	Enforced    bool                 `json:"enforced,omitempty"`     // service control policies are enabled on the root
	RootSCPs    []string             `json:"rootPolicies,omitempty"` // ids of those attached to the root, sorted
	Trusted     map[string]time.Time `json:"trusted,omitempty"`      // service principals, and since when
}

// Account is an account of the deployment: its own, and each that is or was in an organization. ID is 12 digits and never reused, so a row stays when its
// account leaves.
type Account struct {
	ID        string               `json:"id"`
	Org       string               `json:"org,omitempty"` // empty: in none
	Name      string               `json:"name,omitempty"`
	Email     string               `json:"email,omitempty"`
	Parent    string               `json:"parent,omitempty"` // the root, or a unit
	Created   bool                 `json:"created,omitempty"`
	Joined    time.Time            `json:"joined"`
	SCPs      []string             `json:"policies,omitempty"` // ids of the policies attached to it, sorted
	Tags      map[string]string    `json:"tags,omitempty"`
	Delegated map[string]time.Time `json:"delegated,omitempty"` // service principals that it administers, and since when
}

// Unit is an organizational unit. ID is ou-… and never reused.
type Unit struct {
	ID     string            `json:"id"`
	Org    string            `json:"org"`
	Parent string            `json:"parent"` // the root, or a unit
	Name   string            `json:"name"`
	SCPs   []string          `json:"policies,omitempty"` // ids of the policies attached to it, sorted
	Tags   map[string]string `json:"tags,omitempty"`
}

// Policy is a service control policy of an organization. ID is p-…; FullAWSAccess is a row like the others.
type Policy struct {
	Org         string            `json:"org"`
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Content     string            `json:"content"` // as it was given
	Managed     bool              `json:"managed,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Attachment says that a target has a policy. The target's row says so too; this is the way back.
type Attachment struct {
	Org    string `json:"org"`
	Policy string `json:"policy"`
	Target string `json:"target"`
}

// Creation is a request for an account. ID is car-…
type Creation struct {
	ID       string    `json:"id"`
	Org      string    `json:"org"`
	Name     string    `json:"name"`
	Account  string    `json:"account,omitempty"` // empty when it failed
	Failure  string    `json:"failure,omitempty"` // FailureReason; empty when it succeeded
	Finished time.Time `json:"finished"`          // both its beginning and its end
}
