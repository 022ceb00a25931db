package app

import (
	"crypto/rand"
	"encoding/xml"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/sigv4"
)

// database makes a PostgreSQL database for one test and gives its connection string.
func database(t *testing.T) string {
	t.Helper()
	dsn := os.Getenv("MAYFLY_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("MAYFLY_TEST_POSTGRES is not set; see test/postgres.sh")
	}
	const name = "mayfly_app_nodes"
	exec := func(sql string) {
		c, err := pgx.Connect(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Exec(t.Context(), sql)
		if cerr := c.Close(t.Context()); err != nil || cerr != nil {
			t.Fatal(err, cerr)
		}
	}
	exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
	exec("CREATE DATABASE " + name)
	return dsn + " dbname=" + name
}

// TestTwoNodes runs two servers on one store: what one hands out the other takes, and what one revokes the other refuses within a second.
func TestTwoNodes(t *testing.T) {
	c := onDisk(t)
	c.Store = database(t)
	a, run, _ := start(t, c)
	c.RootKey = c.RootKeyFile() // the nodes share the root key and the store, and nothing else
	c.Data = t.TempDir()
	if err := os.Chmod(c.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	b, second, _ := start(t, c)
	if second.AccessKeyID != "" || second.UserPoolID != run.UserPoolID || second.Account != run.Account {
		t.Fatalf("the second node is another server: %+v", second)
	}
	works(t, a, run)
	works(t, b, run)
	id, access := signIn(t, a, run)
	session := exchange(t, b, run, id) // a token of A gives credentials on B
	if w := post(a, "", whoAmI, &session, "sts"); w.Code != 200 {
		t.Errorf("A refuses a session of B: %s", w.Body)
	}
	r := httptest.NewRequest("GET", "http://127.0.0.1:8480/_mayfly/caller", nil)
	r.Header.Set("Authorization", access)
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	if w.Code != 200 || !strings.Contains(w.Body.String(), run.APIAccessKey) {
		t.Errorf("B refuses an access token of A: %d %s", w.Code, w.Body)
	}
	revoke(t, a, b, run)
	limit(t, a, b, run)
	changePolicies(t, a, b, run)
}

// limit forbids a member account something on one node and waits for the other.
func limit(t *testing.T, a, b *App, run FirstRun) {
	t.Helper()
	root := rootKey(run)
	organizations := func(op, body string) []byte {
		t.Helper()
		w := post(a, "AWSOrganizationsV20161128."+op, body, &root, "organizations")
		if w.Code != 200 {
			t.Fatalf("%s: %s", op, w.Body)
		}
		return w.Body.Bytes()
	}
	organizations("CreateOrganization", "{}")
	at := textOf(t, organizations("ListRoots", "{}"), "Id")
	organizations("EnablePolicyType", `{"RootId":"`+at+`","PolicyType":"SERVICE_CONTROL_POLICY"}`)
	number := textOf(t, organizations("CreateAccount", `{"AccountName":"m","Email":"m@example.com"}`), "AccountId")
	policy := textOf(t, organizations("CreatePolicy", `{"Name":"p","Description":"","Type":"SERVICE_CONTROL_POLICY","Content":`+
		`"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"iam:*\",\"Resource\":\"*\"}]}"}`), "Id")
	member := sigv4.Credentials{SecretAccessKey: strings.Repeat("s", 40)}
	var err error
	if member.AccessKeyID, err = caller.NewAccessKeyID(rand.Reader, "AKIA", number); err != nil {
		t.Fatal(err)
	}
	if err := a.services.credential.EnsureRoot(t.Context(), number, member.AccessKeyID, caller.Secret(member.SecretAccessKey)); err != nil {
		t.Fatal(err)
	}
	allowed := func(n *App) bool {
		return post(n, "", "Action=ListUsers&Version=2010-05-08", &member, "iam").Code == 200
	}
	if !allowed(a) || !allowed(b) {
		t.Fatal("the root of a new account is refused")
	}
	organizations("AttachPolicy", `{"PolicyId":"`+policy+`","TargetId":"`+at+`"}`)
	limited := time.Now()
	if allowed(a) {
		t.Error("A allows what it has forbidden")
	}
	for allowed(b) {
		if time.Since(limited) > 5*time.Second {
			t.Fatal("B never hears of the policy")
		}
	}
	if took := time.Since(limited); took > time.Second {
		t.Errorf("B heard of the policy after %s", took)
	}
}

// revoke deactivates a key on one node and waits for the other.
func revoke(t *testing.T, a, b *App, run FirstRun) {
	t.Helper()
	root := rootKey(run)
	if w := post(a, "", "Action=CreateUser&UserName=bob&Version=2010-05-08", &root, "iam"); w.Code != 200 {
		t.Fatal(w.Body)
	}
	w := post(a, "", "Action=CreateAccessKey&UserName=bob&Version=2010-05-08", &root, "iam")
	var made struct {
		ID     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &made); err != nil || made.Secret == "" {
		t.Fatal(w.Body, err)
	}
	bob := sigv4.Credentials{AccessKeyID: made.ID, SecretAccessKey: made.Secret}
	for name, n := range map[string]*App{"A": a, "B": b} {
		if w := post(n, "", whoAmI, &bob, "sts"); w.Code != 200 {
			t.Fatalf("%s refuses a new key: %s", name, w.Body)
		}
	}
	if w := post(a, "", "Action=UpdateAccessKey&UserName=bob&Status=Inactive&AccessKeyId="+made.ID+"&Version=2010-05-08", &root, "iam"); w.Code != 200 {
		t.Fatal(w.Body)
	}
	revoked := time.Now()
	if w := post(a, "", whoAmI, &bob, "sts"); w.Code != 403 {
		t.Errorf("A takes the key that it deactivated: %d", w.Code)
	}
	for post(b, "", whoAmI, &bob, "sts").Code != 403 {
		if time.Since(revoked) > 5*time.Second {
			t.Fatal("B takes the key for ever")
		}
	}
	if took := time.Since(revoked); took > time.Second {
		t.Errorf("B took the key for %s more", took)
	} else {
		t.Logf("B refused the key after %s", took)
	}
}
