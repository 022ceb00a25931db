package account

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestReport(t *testing.T) {
	h := newHouse(t)
	furnish(t, h)
	credentials(t, h)
	ctx := root("")
	fails := func() error {
		_, err := h.GetCredentialReport(ctx, empty)
		return err
	}
	generate := func(want iamapi.ReportStateType) {
		t.Helper()
		out := must[*iamapi.GenerateCredentialReportResponse](t)(h.GenerateCredentialReport(ctx, empty))
		if *out.State != want || (out.Description != nil) != (want == iamapi.ReportStateTypeStarted) {
			t.Errorf("the state is %s, %v, want %s", *out.State, out.Description, want)
		}
	}
	iamtest.Fails(t, fails(), iamapi.CredentialReportNotPresentException, "Unknown")
	generate(iamapi.ReportStateTypeStarted)
	generate(iamapi.ReportStateTypeInprogress)
	iamtest.Fails(t, fails(), iamapi.CredentialReportNotReadyException, "Unknown")
	if err := h.MakeReports(ctx); err != nil {
		t.Fatal(err)
	}
	generate(iamapi.ReportStateTypeComplete)
	out := must[*iamapi.GetCredentialReportResponse](t)(h.GetCredentialReport(ctx, empty))
	if diff := cmp.Diff(strings.Join([]string{
		"user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
			"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
			"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
			"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated",
		"<root_account>,arn:aws:iam::111122223333:root,2026-01-02T02:04:05Z,false,N/A,N/A,not_supported,false," +
			"true,2026-01-02T02:04:05Z,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
		`"Adam,x","arn:aws:iam::111122223333:user/Adam,x",2026-01-02T03:04:05Z,false,N/A,N/A,N/A,false,` +
			"false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
		"jane,arn:aws:iam::111122223333:user/a/jane,2026-01-02T03:04:05Z,true,no_information,2026-01-02T03:05:05Z,2026-04-02T03:05:05Z,true," +
			"true,2026-01-02T03:04:05Z,2026-01-02T05:04:05Z,eu-west-1,iam,false,2026-01-02T04:04:05Z,N/A,N/A,N/A," +
			"false,2026-01-02T04:04:05Z,true,2026-01-02T03:04:05Z",
	}, "\n"), string(out.Content)); diff != "" {
		t.Errorf("the report (-want +got):\n%s", diff)
	}
	if all, err := csv.NewReader(strings.NewReader(string(out.Content))).ReadAll(); err != nil || len(all) != 4 {
		t.Errorf("it reads as %d lines, %v", len(all), err)
	}
	if *out.ReportFormat != "text/csv" || !out.GeneratedTime.Equal(h.w.Clock.Now().Truncate(time.Second)) {
		t.Errorf("it is %s of %s", *out.ReportFormat, out.GeneratedTime)
	}
	_, err := h.GetCredentialReport(other(""), empty)
	iamtest.Fails(t, err, iamapi.CredentialReportNotPresentException, "")

	h.w.Clock.Move(out.GeneratedTime.Add(reportLife - time.Second).Sub(h.w.Clock.Now()))
	put(t, h, record.Users, record.User{ID: "AIDADDDDDDDDDDDDDDDDD", Account: own, Name: "new", Path: "/"})
	generate(iamapi.ReportStateTypeComplete)
	if again := must[*iamapi.GetCredentialReportResponse](t)(h.GetCredentialReport(ctx, empty)); string(again.Content) != string(out.Content) {
		t.Error("a report changed while it was good")
	}
	h.w.Clock.Move(time.Second)
	iamtest.Fails(t, fails(), iamapi.CredentialReportExpiredException, "Unknown")
	generate(iamapi.ReportStateTypeStarted)
	iamtest.Fails(t, fails(), iamapi.CredentialReportNotReadyException, "Unknown")
	if err := h.MakeReports(ctx); err != nil {
		t.Fatal(err)
	}
	if again := must[*iamapi.GetCredentialReportResponse](t)(h.GetCredentialReport(ctx, empty)); !strings.Contains(string(again.Content), "\nnew,") {
		t.Errorf("the next report is %s", again.Content)
	}
}

// TestReportOfRoot: the root's password has its own rules.
func TestReportOfRoot(t *testing.T) {
	h := newHouse(t)
	put(t, h, record.LoginProfiles, record.LoginProfile{Account: own, Owner: own, Changed: at})
	put(t, h, record.PasswordPolicies, record.PasswordPolicy{Account: own, MaxAge: 1})
	put(t, h, record.MFADevices, record.MFADevice{ID: "m", Account: own, Path: "/", Name: "m", Owner: own})
	text := must[string](t)(h.report(context.Background(), own))
	_, line, _ := strings.Cut(text, "\n")
	if want := "<root_account>,arn:aws:iam::111122223333:root,1970-01-01T00:00:00Z,true,no_information,2026-01-02T03:04:05Z,not_supported,true,"; !strings.HasPrefix(line, want) {
		t.Errorf("the root's line is %s", line)
	}
}

// TestReportOfMoreKeys: the operator may give the root more access keys than the report has columns for, and none goes unmentioned.
func TestReportOfMoreKeys(t *testing.T) {
	h := newHouse(t)
	furnish(t, h)
	for i := range 4 {
		put(t, h, record.AccessKeys, record.AccessKey{ID: fmt.Sprint("AKIA", i), Account: own, Owner: own, Active: true, Created: at})
	}
	all := must[[][]string](t)(csv.NewReader(strings.NewReader(must[string](t)(h.report(context.Background(), own)))).ReadAll())
	last := []string{}
	for _, line := range all {
		last = append(last, line[len(line)-1])
	}
	if diff := cmp.Diff([]string{"additional_credentials_info", "2 additional access keys: ListAccessKeys", "N/A", "N/A"}, last); diff != "" {
		t.Error(diff)
	}
	if len(all[0]) != 23 {
		t.Errorf("%d columns", len(all[0]))
	}
}

// TestReportsGoOn: a report that fails keeps no other from being made, does not end Run, and is tried again.
func TestReportsGoOn(t *testing.T) {
	h := newHouse(t)
	put(t, h, record.AccessKeys, record.AccessKey{ID: "AKIABAD", Account: own, Owner: own, Active: true, Created: at})
	h.bad = "AKIABAD"
	for _, ctx := range []context.Context{root(""), other("")} {
		must[*iamapi.GenerateCredentialReportResponse](t)(h.GenerateCredentialReport(ctx, empty))
	}
	ctx, cancel := context.WithCancel(context.Background())
	failed, ended := make(chan error, 10), make(chan struct{})
	go func() {
		defer close(ended)
		h.Run(ctx, func(err error) { failed <- err })
	}()
	for range 2 {
		if err := <-failed; !errors.Is(err, errBad) || !strings.Contains(err.Error(), own) {
			t.Errorf("the failure is %v", err)
		}
		h.wake <- struct{}{}
	}
	cancel()
	<-ended
	must[*iamapi.GetCredentialReportResponse](t)(h.GetCredentialReport(other(""), empty))
	_, err := h.GetCredentialReport(root(""), empty)
	iamtest.Fails(t, err, iamapi.CredentialReportNotReadyException, "")
	h.bad = ""
	if err := h.MakeReports(root("")); err != nil {
		t.Fatal(err)
	}
	must[*iamapi.GetCredentialReportResponse](t)(h.GetCredentialReport(root(""), empty))
}

// TestReportsOfMany: one pass makes all reports that are asked for.
func TestReportsOfMany(t *testing.T) {
	h := newHouse(t)
	const accounts = 250
	for i := range accounts {
		put(t, h, record.CredentialReports, record.CredentialReport{Account: fmt.Sprintf("%012d", i), Requested: at})
	}
	if err := h.MakeReports(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n, err := record.CredentialReports.Count(context.Background(), h.w.DB, "pending"); n != 0 || err != nil {
		t.Errorf("%d are still to be made, %v", n, err)
	}
}

// TestLongestReport: as many users as there can be, with the longest names and paths, have a report that can be kept.
func TestLongestReport(t *testing.T) {
	h := newHouse(t)
	ctx := root("")
	path := "/" + strings.Repeat(`<"`, 255) + "/"
	for from := 0; from < 5000; from += 1000 {
		must[any](t)(nil, h.w.DB.Update(ctx, func(w store.Writer) error {
			for i := from; i < from+1000; i++ {
				u := record.User{ID: fmt.Sprintf("AIDA%017d", i), Account: own, Name: fmt.Sprintf("%064d", i), Path: path, Created: at}
				if err := record.Users.Insert(ctx, w, &u); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	must[*iamapi.GenerateCredentialReportResponse](t)(h.GenerateCredentialReport(ctx, empty))
	if err := h.MakeReports(ctx); err != nil {
		t.Fatal(err)
	}
	out := must[*iamapi.GetCredentialReportResponse](t)(h.GetCredentialReport(ctx, empty))
	if n := bytes.Count(out.Content, []byte("\n")); n != 5001 {
		t.Errorf("%d lines and the header", n)
	}
}

// TestReportConflict: of two nodes that make one report, the first is heard.
func TestReportConflict(t *testing.T) {
	h := newHouse(t)
	ctx := root("")
	must[*iamapi.GenerateCredentialReportResponse](t)(h.GenerateCredentialReport(ctx, empty))
	row := must[store.Row[record.CredentialReport]](t)(record.CredentialReports.Get(ctx, h.w.DB, own))
	if err := h.MakeReports(ctx); err != nil {
		t.Fatal(err)
	}
	if err := h.makeReport(ctx, &row); !errors.Is(err, store.ErrConflict) {
		t.Errorf("the second gets %v", err)
	}
}

// TestRun: a request wakes the one who makes reports.
func TestRun(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(root(""))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.Run(ctx, func(err error) { t.Error(err) })
	}()
	must[*iamapi.GenerateCredentialReportResponse](t)(h.GenerateCredentialReport(ctx, empty))
	deadline := time.After(10 * time.Second)
	for {
		_, err := h.GetCredentialReport(ctx, empty)
		if err == nil {
			break
		}
		select {
		case <-deadline:
			t.Fatal("no report is made")
		default:
			runtime.Gosched()
		}
	}
	cancel()
	<-ended
}
