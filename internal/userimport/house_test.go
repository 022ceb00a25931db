package userimport

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/keys"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

const (
	testPool = "eu-west-1_AAAAAAAAA"
	testRole = "arn:aws:iam::111122223333:role/import"
)

// house is a service with a pool, and the lines that it logged.
type house struct {
	*Service
	ctx context.Context
	mu  sync.Mutex
	now time.Time
	log []string
}

func (h *house) Write(_ context.Context, destination string, line []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.log = append(h.log, destination+" "+string(line))
	return nil
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func newHouse(t testing.TB, p directory.Pool) *house {
	t.Helper()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	tables := append(append(directory.Tables(), keys.Tables()...), Tables()...)
	db, err := store.Open(t.Context(), engine, store.Options{Now: h.clock}, tables...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	root, err := keys.NewRoot(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.Open(t.Context(), db, root, "deployment", rand.Reader, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.Service = New(Config{Store: db, Keys: ring, Log: h, Now: h.clock, Random: rand.Reader, PublicURL: "http://127.0.0.1"})
	h.ctx = caller.WithRequest(caller.WithPrincipal(t.Context(), &caller.Principal{Account: "111122223333"}), &caller.Request{Region: "eu-west-1", Time: h.now})
	p.ID, p.Account, p.Region = testPool, "111122223333", "eu-west-1"
	if p.AutoVerified == nil {
		p.AutoVerified = []string{"email"}
	}
	if err := db.Update(t.Context(), func(w store.Writer) error { return directory.Pools.Insert(t.Context(), w, &p) }); err != nil {
		t.Fatal(err)
	}
	return h
}

// file writes a file for the pool out of rows that give some columns.
func (h *house) file(t testing.TB, rows ...map[string]string) string {
	t.Helper()
	out, err := h.GetCSVHeader(h.ctx, &api.GetCSVHeaderRequest{UserPoolId: testPool})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(strings.Join(out.CSVHeader, ",") + "\r\n")
	for _, row := range rows {
		values := make([]string, len(out.CSVHeader))
		for i, name := range out.CSVHeader {
			values[i] = row[name]
			if row[name] == "" && (name == mfaColumn || name == "phone_number_verified") {
				values[i] = "FALSE"
			}
		}
		b.WriteString(strings.Join(values, ",") + "\n")
	}
	return b.String()
}

// person is a row that can be imported.
func person(n int) map[string]string {
	return map[string]string{usernameColumn: fmt.Sprintf("user-%d", n), "email": fmt.Sprintf("user-%d@example.com", n), "email_verified": "TRUE"}
}

func (h *house) create(t testing.TB) *api.UserImportJobType {
	t.Helper()
	out, err := h.CreateUserImportJob(h.ctx, &api.CreateUserImportJobRequest{UserPoolId: testPool, JobName: "people", CloudWatchLogsRoleArn: testRole})
	if err != nil {
		t.Fatal(err)
	}
	return out.UserImportJob
}

// put uploads a file and gives the status of the answer.
func (h *house) put(url string, body io.Reader) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPut, url, body))
	return w.Code
}

// started is a job whose file is there and that was started.
func (h *house) started(t testing.TB, file string) string {
	t.Helper()
	j := h.create(t)
	if status := h.put(*j.PreSignedUrl, strings.NewReader(file)); status != http.StatusOK {
		t.Fatalf("upload: %d", status)
	}
	if _, err := h.StartUserImportJob(h.ctx, &api.StartUserImportJobRequest{UserPoolId: testPool, JobId: *j.JobId}); err != nil {
		t.Fatal(err)
	}
	return *j.JobId
}

func (h *house) describe(t testing.TB, id string) *api.UserImportJobType {
	t.Helper()
	out, err := h.DescribeUserImportJob(h.ctx, &api.DescribeUserImportJobRequest{UserPoolId: testPool, JobId: id})
	if err != nil {
		t.Fatal(err)
	}
	return out.UserImportJob
}

func (h *house) counts(t testing.TB, id string) string {
	t.Helper()
	j := h.describe(t, id)
	return fmt.Sprintf("%s %d %d %d", *j.Status, *j.ImportedUsers, *j.SkippedUsers, *j.FailedUsers)
}

func (h *house) users(t testing.TB) int64 {
	t.Helper()
	n, err := directory.Users.Count(t.Context(), h.Store, "", testPool)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
