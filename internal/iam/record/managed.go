package record

import (
	_ "embed" // the policies that AWS manages are data beside this file
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

// AWSAccount stands in the ARNs of the policies that AWS manages.
const AWSAccount = "aws"

// managedIndex has one JSON object a line for each policy that AWS manages, ordered by name in bytes
// (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html). Ids that AWS has published are AWS's; the others are
// "ANPA" and the first 17 letters of base 32 of the SHA-256 of the ARN. Rows point to these ids, so one that was ever released never changes.
//
//go:embed managed/index.jsonl
var managedIndex string

// managedDocuments has the documents of the versions in force, in the order of managedIndex: the name, a tab and the document on each line.
// A policy's document is a part of this text, which stays where the binary has it: nothing is copied.
//
//go:embed managed/documents.tsv
var managedDocuments string

// managedEntry is a line of managedIndex.
type managedEntry struct {
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	ID          string    `json:"id"`
	Version     string    `json:"version"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
	Description string    `json:"description"`
}

// catalog is the policies that AWS manages, and the ways to find one.
type catalog struct {
	all   []*Policy // by name
	byARN map[string]*Policy
	byID  map[string]*Policy
}

// awsManaged reads the index when it is first needed and keeps what it read; it never changes after.
var awsManaged = sync.OnceValue(func() *catalog {
	c, err := readCatalog(managedIndex, managedDocuments)
	if err != nil {
		panic("iam: policies that AWS manages: " + err.Error()) // the data is part of the program, and tests read all of it
	}
	return c
})

// readCatalog reads an index and its documents.
func readCatalog(index, documents string) (*catalog, error) {
	c := &catalog{byARN: map[string]*Policy{}, byID: map[string]*Policy{}}
	for line := range strings.Lines(index) {
		var e managedEntry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(c.all)+1, err)
		}
		head, rest, _ := strings.Cut(documents, "\n")
		name, document, ok := strings.Cut(head, "\t")
		if !ok || name != e.Name {
			return nil, fmt.Errorf("line %d is %s, and the document beside it is of %q", len(c.all)+1, e.Name, name)
		}
		documents = rest
		p := e.policy(document)
		if c.byARN[p.ARN()] != nil || c.byID[p.ID] != nil {
			return nil, fmt.Errorf("%s is there twice", e.Name)
		}
		c.all, c.byARN[p.ARN()], c.byID[p.ID] = append(c.all, p), p, p
	}
	if documents != "" {
		return nil, fmt.Errorf("more documents than the %d policies of the index", len(c.all))
	}
	return c, nil
}

// policy makes the record of an entry. A policy that AWS manages was updated when the version in force was made.
func (e *managedEntry) policy(document string) *Policy {
	return &Policy{
		ID: e.ID, Account: AWSAccount, Name: e.Name, Path: e.Path, Description: e.Description, Created: e.Created, Updated: e.Updated,
		Default: e.Version, Versions: []Version{{ID: e.Version, Document: document, Created: e.Updated}},
	}
}

// Managed lists the policies that AWS manages, by name. They are shared and must not be changed.
func Managed() []*Policy { return awsManaged().all }

// ManagedByARN finds a policy that AWS manages; nil when there is none.
func ManagedByARN(arn string) *Policy { return awsManaged().byARN[arn] }

// ManagedByID finds a policy that AWS manages; nil when there is none.
func ManagedByID(id string) *Policy { return awsManaged().byID[id] }
