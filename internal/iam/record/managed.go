package record

import (
	_ "embed" // the policies that AWS manages are data beside this file
	"fmt"
	"strings"
	"sync"
	"time"
)

// AWSAccount stands in the ARNs of the policies that AWS manages.
const AWSAccount = "aws"

// managedIndex has a line for each policy that AWS manages, ordered by name in bytes
// (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html): name, path, id, version in force, when the policy and
// when that version was made after RFC 3339, and the description if it is known, with tabs between them. Ids that AWS has published are AWS's; the others are
// "ANPA" and the first 17 letters of base 32 of the SHA-256 of the ARN. Rows point to these ids, so one that was ever released never changes.
//
//go:embed managed/index.tsv
var managedIndex string

// managedDocuments has the documents of the versions in force, in the order of managedIndex: the name, a tab and the document on each line.
// A policy's document is a part of this text, which stays where the binary has it: nothing is copied.
//
//go:embed managed/documents.tsv
var managedDocuments string

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
		p, err := readManaged(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", len(c.all)+1, err)
		}
		head, rest, _ := strings.Cut(documents, "\n")
		name, document, ok := strings.Cut(head, "\t")
		if !ok || name != p.Name {
			return nil, fmt.Errorf("line %d is %s, and the document beside it is of %q", len(c.all)+1, p.Name, name)
		}
		documents = rest
		p.Versions[0].Document = document
		if c.byARN[p.ARN()] != nil || c.byID[p.ID] != nil {
			return nil, fmt.Errorf("%s is there twice", p.Name)
		}
		c.all, c.byARN[p.ARN()], c.byID[p.ID] = append(c.all, p), p, p
	}
	if documents != "" {
		return nil, fmt.Errorf("more documents than the %d policies of the index", len(c.all))
	}
	return c, nil
}

// readManaged reads a line of the index. A policy that AWS manages was updated when the version in force was made.
func readManaged(line string) (*Policy, error) {
	f := strings.Split(line, "\t")
	if len(f) != 7 {
		return nil, fmt.Errorf("%d fields", len(f))
	}
	created, err := time.Parse(time.RFC3339, f[4])
	if err != nil {
		return nil, err
	}
	updated, err := time.Parse(time.RFC3339, f[5])
	if err != nil {
		return nil, err
	}
	return &Policy{
		ID: f[2], Account: AWSAccount, Name: f[0], Path: f[1], Description: f[6], Created: created, Updated: updated,
		Default: f[3], Versions: []Version{{ID: f[3], Created: updated}},
	}, nil
}

// Managed lists the policies that AWS manages, by name. They are shared and must not be changed.
func Managed() []*Policy { return awsManaged().all }

// ManagedByARN finds a policy that AWS manages; nil when there is none.
func ManagedByARN(arn string) *Policy { return awsManaged().byARN[arn] }

// ManagedByID finds a policy that AWS manages; nil when there is none.
func ManagedByID(id string) *Policy { return awsManaged().byID[id] }
