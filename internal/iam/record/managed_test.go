package record

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"strings"
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
)

func TestManagedPoliciesAreWhole(t *testing.T) {
	published, version := 0, regexp.MustCompile(`^v[1-9][0-9]*$`)
	for i, p := range Managed() {
		if i > 0 && Managed()[i-1].Name >= p.Name {
			t.Errorf("%s is out of order, which lists rely on", p.Name)
		}
		document := p.DefaultDocument()
		if _, err := iampolicy.Parse([]byte(document), iampolicy.IdentityPolicy); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if ManagedByARN(p.ARN()) != p || ManagedByID(p.ID) != p {
			t.Errorf("%s is not found again", p.Name)
		}
		if !strings.HasPrefix(p.ARN(), "arn:aws:iam::aws:policy/") || !strings.HasSuffix(p.ARN(), p.Path+p.Name) {
			t.Errorf("%s has the ARN %s", p.Name, p.ARN())
		}
		if !strings.HasPrefix(p.ID, PrefixPolicy) || len(p.ID) != idLength {
			t.Errorf("%s has the id %s", p.Name, p.ID)
		}
		if !version.MatchString(p.Default) || p.Created.IsZero() || p.Updated.Before(p.Created) || p.Versions[0].Created != p.Updated {
			t.Errorf("%s has version %s of %s, made %s", p.Name, p.Default, p.Updated, p.Created)
		}
		sum := sha256.Sum256([]byte(p.ARN()))
		if p.ID != PrefixPolicy+base32.StdEncoding.EncodeToString(sum[:])[:idLength-4] {
			published++
		}
	}
	if published < 70 {
		t.Errorf("%d ids are AWS's own", published)
	}
}

func TestManagedPoliciesThatPeopleAttachFirst(t *testing.T) {
	for _, path := range []string{
		"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit", "IAMFullAccess", "IAMReadOnlyAccess", "IAMUserChangePassword",
		"job-function/ViewOnlyAccess", "job-function/Billing", "job-function/SystemAdministrator", "job-function/SupportUser",
		"service-role/AWSLambdaBasicExecutionRole", "service-role/AmazonECSTaskExecutionRolePolicy", "AmazonCognitoPowerUser",
		"root-task/IAMAuditRootUserCredentials", "root-task/IAMCreateRootUserPassword", "root-task/IAMDeleteRootUserCredentials",
		"root-task/S3UnlockBucketPolicy", "root-task/SQSUnlockQueuePolicy", "AmazonCognitoUnAuthedIdentitiesSessionPolicy",
	} {
		if ManagedByARN("arn:aws:iam::aws:policy/"+path) == nil {
			t.Errorf("%s is missing", path)
		}
	}
	for _, arn := range []string{"", "arn:aws:iam::aws:policy/None", "arn:aws:iam::aws:policy/readonlyaccess", "arn:aws:iam::111122223333:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ViewOnlyAccess"} {
		if ManagedByARN(arn) != nil || ManagedByID(arn) != nil {
			t.Errorf("%q is found", arn)
		}
	}
}

func TestReadCatalogRefuses(t *testing.T) {
	const (
		day = "2015-02-06T18:39:46Z"
		one = "A\t/\tANPAAAAAAAAAAAAAAAAAA\tv1\t" + day + "\t" + day + "\t\n"
	)
	for name, tt := range map[string]struct{ index, documents string }{
		"no document":      {one, ""},
		"another document": {one, "B\t{}\n"},
		"no tab":           {one, "A {}\n"},
		"too many":         {one, "A\t{}\nB\t{}\n"},
		"twice":            {one + one, "A\t{}\nA\t{}\n"},
		"another order":    {one + strings.ReplaceAll(one, "A", "B"), "B\t{}\nA\t{}\n"},
		"no fields":        {"A\n", "A\t{}\n"},
		"no dates":         {strings.Replace(one, day, "today", 1), "A\t{}\n"},
		"no second date":   {strings.Replace(one, day+"\t\n", "today\t\n", 1), "A\t{}\n"},
	} {
		if c, err := readCatalog(tt.index, tt.documents); err == nil {
			t.Errorf("%s: %d policies", name, len(c.all))
		}
	}
	if c, err := readCatalog(one, "A\t{}\n"); err != nil || len(c.all) != 1 || c.all[0].DefaultDocument() != "{}" {
		t.Errorf("one policy: %v", err)
	}
}
