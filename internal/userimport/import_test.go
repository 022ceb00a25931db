package userimport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

func TestImport(t *testing.T) {
	h := newHouse(t, directory.Pool{
		AliasAttributes: []string{"email"},
		Schema:          []directory.Attribute{{Name: "custom:team", Type: directory.StringType, Mutable: true, Min: "1", Max: "5"}},
	})
	quoted, withTeam, alias, noAddress, unverified, badMFA, longTeam := person(1), person(2), person(3), person(4), person(5), person(6), person(7)
	quoted["name"] = `"Bloggs, ""Joe"""`
	withTeam["custom:team"], withTeam["address"] = "red", `1 High Street\, Ayr`
	alias["email"] = "user-1@example.com"
	delete(noAddress, "email")
	unverified["email_verified"] = "false"
	badMFA[mfaColumn] = "true"
	longTeam["custom:team"] = "orange"
	file := h.file(t, quoted, withTeam, alias, noAddress, unverified, badMFA, longTeam, person(1)) + "\n" + strings.Repeat("x", maxRow+1) + "\na,b\n\"\n"
	id := h.started(t, file)
	if err := h.work(h.ctx, "one"); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, id); got != "Succeeded 2 2 7" {
		t.Errorf("counts are %s\n%s", got, strings.Join(h.log, "\n"))
	}
	row, err := directory.FindUser(t.Context(), h.Store, &directory.Pool{ID: testPool, AliasAttributes: []string{"email"}}, "user-1@example.com")
	if err != nil || row.Doc.Status != directory.ResetRequired || row.Doc.Attributes["name"] != `Bloggs, "Joe"` || len(row.Doc.SealedVerifier) > 0 {
		t.Errorf("%+v, %v", row.Doc, err)
	}
	row, err = directory.FindUser(t.Context(), h.Store, &directory.Pool{ID: testPool}, "user-2")
	if err != nil || row.Doc.Attributes["address"] != "1 High Street, Ayr" || row.Doc.Attributes["custom:team"] != "red" {
		t.Errorf("%+v, %v", row.Doc, err)
	}
	for _, want := range []string{`"line":4,"status":"SKIPPED"`, `"line":5,"status":"FAILED"`, `"line":9,"status":"SKIPPED"`, `"line":11,"status":"FAILED"`, `"imported":2`} {
		if !strings.Contains(strings.Join(h.log, "\n"), want) {
			t.Errorf("no line says %s", want)
		}
	}
	if strings.Contains(strings.Join(h.log, ""), "example.com") {
		t.Error("a value is in the log")
	}
	if n, err := chunks.Count(t.Context(), h.Store, "", id); n != 0 || err != nil {
		t.Errorf("%d chunks are left (%v)", n, err)
	}
}

func TestAddressAsUserName(t *testing.T) {
	h := newHouse(t, directory.Pool{UsernameAttributes: []string{"email"}})
	right, wrong := person(1), person(2)
	right[usernameColumn], right["email"] = "one@example.com", ""
	id := h.started(t, h.file(t, right, wrong))
	if err := h.work(h.ctx, "one"); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, id); got != "Succeeded 1 0 1" {
		t.Errorf("counts are %s", got)
	}
	row, err := directory.FindUser(t.Context(), h.Store, &directory.Pool{ID: testPool, UsernameAttributes: []string{"email"}}, "one@example.com")
	if err != nil || row.Doc.Username != row.Doc.Sub {
		t.Errorf("%+v, %v", row.Doc, err)
	}
}

func TestFilesThatDoNotFit(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	good := h.file(t)
	for name, file := range map[string]string{
		"empty": "\n", "unknown column": strings.Replace(good, "name,", "nom,", 1), "missing column": strings.Replace(good, "name,", "", 1),
		"column twice": strings.Replace(good, "name,", "email,", 1), "open quotation mark": `"` + good,
	} {
		id := h.started(t, file)
		if err := h.work(h.ctx, "one"); err != nil {
			t.Fatal(err)
		}
		if got := h.counts(t, id); got != "Failed 0 0 0" {
			t.Errorf("%s: %s", name, got)
		}
	}
	id := h.started(t, byteOrderMark+h.file(t, person(1)))
	if err := h.work(h.ctx, "one"); err != nil || h.counts(t, id) != "Succeeded 1 0 0" {
		t.Errorf("a byte order mark: %s, %v", h.counts(t, id), err)
	}
}

func TestStates(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	start := func(id string) error {
		_, err := h.StartUserImportJob(h.ctx, &api.StartUserImportJobRequest{UserPoolId: testPool, JobId: id})
		return err
	}
	j := h.create(t)
	if err := start(*j.JobId); !errors.Is(err, api.PreconditionNotMetException) {
		t.Errorf("without a file: %v", err)
	}
	if err := start("import-none"); !errors.Is(err, api.ResourceNotFoundException) {
		t.Errorf("no such job: %v", err)
	}
	first := h.started(t, h.file(t, person(1)))
	if status := h.put(*j.PreSignedUrl, strings.NewReader(h.file(t, person(2)))); status != http.StatusOK {
		t.Fatal(status)
	}
	if err := start(*j.JobId); !errors.Is(err, api.PreconditionNotMetException) {
		t.Errorf("beside an active job: %v", err)
	}
	if _, err := h.StopUserImportJob(h.ctx, &api.StopUserImportJobRequest{UserPoolId: testPool, JobId: first}); err != nil {
		t.Fatal(err)
	}
	if err := h.work(h.ctx, "one"); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, first); got != "Stopped 0 0 0" || h.users(t) != 0 {
		t.Errorf("%s, %d users", got, h.users(t))
	}
	if err := start(first); !errors.Is(err, api.PreconditionNotMetException) {
		t.Errorf("started again: %v", err)
	}
	h.pass(startWithin)
	if err := start(*j.JobId); !errors.Is(err, api.PreconditionNotMetException) || *h.describe(t, *j.JobId).Status != "Expired" {
		t.Errorf("too late: %v", err)
	}
	page, err := h.ListUserImportJobs(h.ctx, &api.ListUserImportJobsRequest{UserPoolId: testPool, MaxResults: 1})
	if err != nil || len(page.UserImportJobs) != 1 || page.PaginationToken == nil || page.UserImportJobs[0].PreSignedUrl != nil {
		t.Fatalf("%+v, %v", page, err)
	}
	page, err = h.ListUserImportJobs(h.ctx, &api.ListUserImportJobsRequest{UserPoolId: testPool, MaxResults: 1, PaginationToken: page.PaginationToken})
	if err != nil || len(page.UserImportJobs) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestUploadAddress(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	j := h.create(t)
	url := *j.PreSignedUrl
	file := h.file(t, person(1))
	if url[len(url)-1] == '0' {
		url = url[:len(url)-1] + "1"
	} else {
		url = url[:len(url)-1] + "0"
	}
	for name, bad := range map[string]string{"altered": url, "short": url[:len(url)-70], "other job": strings.Replace(*j.PreSignedUrl, "import-", "import-x", 1)} {
		if status := h.put(bad, strings.NewReader(file)); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	for range 2 { // the second file counts
		if status := h.put(*j.PreSignedUrl, strings.NewReader(file)); status != http.StatusOK {
			t.Errorf("good: %d", status)
		}
		file = h.file(t, person(1), person(2))
	}
	h.pass(uploadWithin)
	if status := h.put(*j.PreSignedUrl, strings.NewReader(file)); status != http.StatusForbidden {
		t.Errorf("too late: %d", status)
	}
}

// TestUploadThatWasOvertaken lets an upload go on after another one's file was imported: nothing of it is kept.
func TestUploadThatWasOvertaken(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	j := h.create(t)
	body, slow := io.Pipe()
	done := make(chan int)
	go func() { done <- h.put(*j.PreSignedUrl, body) }()
	part := make([]byte, chunkSize)
	for range 2 { // once the second part is taken, the first is stored
		if _, err := slow.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if status := h.put(*j.PreSignedUrl, strings.NewReader(h.file(t, person(1)))); status != http.StatusOK {
		t.Fatal(status)
	}
	go func() {
		_, _ = slow.Write(part) // the server may have refused by now
		_ = slow.Close()
	}()
	if status := <-done; status != http.StatusForbidden {
		t.Errorf("the first upload: %d", status)
	}
	if _, err := h.StartUserImportJob(h.ctx, &api.StartUserImportJobRequest{UserPoolId: testPool, JobId: *j.JobId}); err != nil {
		t.Fatal(err)
	}
	if err := h.work(h.ctx, "one"); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, *j.JobId); got != "Succeeded 1 0 0" {
		t.Errorf("counts are %s", got)
	}
	if n := h.allChunks(t, *j.JobId); n != 0 {
		t.Errorf("%d chunks are left", n)
	}
}

// allChunks removes what is stored of a file, expired or not, and counts it.
func (h *house) allChunks(t *testing.T, id string) (n int64) {
	t.Helper()
	err := h.Store.Update(t.Context(), func(w store.Writer) (err error) {
		n, err = chunks.DeleteAll(t.Context(), w, "", id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestFileThatIsForgotten: the file of a job that is never started goes by itself, and a file that ends in the midst of an import is no success.
func TestFileThatIsForgotten(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	j := h.create(t)
	if status := h.put(*j.PreSignedUrl, strings.NewReader(h.file(t, person(1)))); status != http.StatusOK {
		t.Fatal(status)
	}
	h.pass(fileLife)
	if _, err := h.Store.Sweep(t.Context(), h.clock()); err != nil {
		t.Fatal(err)
	}
	if n := h.allChunks(t, *j.JobId); n != 0 {
		t.Errorf("%d chunks are left", n)
	}
	rows := make([]map[string]string, 2000)
	for n := range rows {
		rows[n] = person(n)
		rows[n]["address"] = strings.Repeat("x", 200)
	}
	id := h.started(t, h.file(t, rows...))
	err := h.Store.Update(t.Context(), func(w store.Writer) error { return chunks.Delete(t.Context(), w, id, chunkNumber(1)) })
	if err != nil {
		t.Fatal(err)
	}
	if err := h.work(h.ctx, "one"); err != nil {
		t.Fatal(err)
	}
	if got := h.describe(t, id); *got.Status != "Failed" || *got.ImportedUsers == 0 {
		t.Errorf("half a file: %s", h.counts(t, id))
	}
}

// TestSubAsUserName imports somebody under another user's sub in capitals: the row is skipped, and the rest goes on.
func TestSubAsUserName(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	first := h.started(t, h.file(t, person(1)))
	if err := h.work(h.ctx, "one"); err != nil {
		t.Fatal(err, h.counts(t, first))
	}
	row, err := directory.FindUser(t.Context(), h.Store, &directory.Pool{ID: testPool}, "user-1")
	if err != nil {
		t.Fatal(err)
	}
	thief := person(2)
	thief[usernameColumn] = strings.ToUpper(row.Doc.Sub)
	second := h.started(t, h.file(t, thief, person(3)))
	if err := h.work(h.ctx, "one"); err != nil {
		t.Error(err)
	}
	if got := h.counts(t, second); got != "Succeeded 1 1 0" {
		t.Errorf("counts are %s", got)
	}
}

// TestJobOfAPoolOnItsWayOut: no job is left behind for whoever has the pool's id next.
func TestJobOfAPoolOnItsWayOut(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	if _, err := directory.Pools.GetCached(t.Context(), h.Store, testPool); err != nil {
		t.Fatal(err)
	}
	h.Keys = deleting{h.Keys, func() {
		err := h.Store.Update(t.Context(), func(w store.Writer) error { return directory.Pools.Delete(t.Context(), w, testPool) })
		if err != nil {
			t.Error(err)
		}
	}}
	_, err := h.CreateUserImportJob(h.ctx, &api.CreateUserImportJobRequest{UserPoolId: testPool, JobName: "people", CloudWatchLogsRoleArn: testRole})
	if n, cerr := jobs.Count(t.Context(), h.Store, "", testPool); n != 0 || cerr != nil || !errors.Is(err, api.ResourceNotFoundException) {
		t.Errorf("%d jobs (%v), %v", n, cerr, err)
	}
}

// deleting does something between the look-up of the pool and the transaction.
type deleting struct {
	Keys
	act func()
}

func (d deleting) MAC(p seal.Purpose, tenant string, data []byte) [32]byte {
	d.act()
	return d.Keys.MAC(p, tenant, data)
}

// TestInterrupted stops a worker after some rows; another goes on, when the lease has ended and not before, and every row counts once.
func TestInterrupted(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	var rows []map[string]string
	for n := range 500 {
		rows = append(rows, person(n))
	}
	id := h.started(t, h.file(t, rows...))
	j, err := h.claim(t.Context(), testPool, id, "one")
	if err != nil || j == nil {
		t.Fatal(err)
	}
	columns, size, problem, err := h.header(t.Context(), j)
	if err != nil || problem != "" {
		t.Fatal(problem, err)
	}
	j.Offset, j.Line = size, 1
	reader := newLines(h.open(t.Context(), j, size))
	for range 3 {
		b, err := h.read(reader, columns)
		if err != nil {
			t.Fatal(err)
		}
		if state, err := h.commit(t.Context(), j, b); err != nil || state != inProgress {
			t.Fatal(state, err)
		}
	}
	late, err := h.read(reader, columns)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, id); got != "InProgress 150 0 0" {
		t.Errorf("progress is %s", got)
	}
	if other, err := h.claim(t.Context(), testPool, id, "two"); other != nil || err != nil {
		t.Errorf("a lease was taken away: %v, %v", other, err)
	}
	h.pass(leaseTime)
	if err := h.work(h.ctx, "two"); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, id); got != "Succeeded 500 0 0" || h.users(t) != 500 {
		t.Errorf("%s, %d users", got, h.users(t))
	}
	if state, err := h.commit(t.Context(), j, late); err != nil || state == inProgress || h.users(t) != 500 {
		t.Errorf("the first worker came back: %s, %v", state, err)
	}
}

// TestCleanup removes a pool while a job of it is under way.
func TestCleanup(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	id := h.started(t, h.file(t, person(1)))
	err := h.Store.Update(t.Context(), func(w store.Writer) error {
		if err := Cleanup(t.Context(), w, testPool); err != nil {
			return err
		}
		return directory.Pools.Delete(t.Context(), w, testPool)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.work(h.ctx, "one"); err != nil {
		t.Error(err)
	}
	if n, err := chunks.Count(t.Context(), h.Store, "", id); n != 0 || err != nil {
		t.Errorf("%d chunks are left (%v)", n, err)
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	h := newHouse(t, directory.Pool{})
	id := h.started(t, h.file(t, person(1)))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Run(ctx, func(err error) { t.Error(err) })
	}()
	for h.counts(t, id) != "Succeeded 1 0 0" {
		select {
		case <-done:
			t.Fatal("the worker ended")
		case <-time.After(time.Millisecond):
		}
	}
	cancel()
	<-done
}
