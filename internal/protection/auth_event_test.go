package protection

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestHistoryIsPagedNewestFirst(t *testing.T) {
	h := newHouse(t, audit)
	var want []string
	for i := range 130 {
		h.pass(time.Duration(i%3) * time.Millisecond / 2)
		e := &directory.AuthEvent{Attempt: h.attempt(home, "d"), Response: []string{"Pass", "Fail"}[i%2]}
		if i%3 == 0 { // some in the same instant keep no order among themselves
			h.pass(time.Millisecond)
		}
		h.pass(time.Microsecond)
		if err := h.Save(h.ctx, e); err != nil {
			t.Fatal(err)
		}
		want = append(want, e.ID)
	}
	slices.Reverse(want)
	var got []string
	for _, e := range h.list(t) {
		got = append(got, *e.EventId)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	h.pass(eventLife)
	if left := h.list(t); len(left) != 0 {
		t.Errorf("%d events after two years", len(left))
	}
}

func TestHistoryShowsEvent(t *testing.T) {
	h := newHouse(t, audit)
	h.signIn(t, h.attempt(home, "d1"), "Pass")
	h.pass(time.Hour)
	e := h.signIn(t, h.attempt(away, "d2"), inProgress)
	if err := h.feedback(h.ctx, h.user, e.ID, "Invalid", byAdmin); err != nil {
		t.Fatal(err)
	}
	want := api.AuthEventType{
		EventId: &e.ID, EventType: new(api.EventTypeSignIn), EventResponse: new(api.EventResponseTypeInProgress), CreationDate: new(h.clock()),
		ChallengeResponses: []api.ChallengeResponseType{{ChallengeName: new(api.ChallengeNamePassword), ChallengeResponse: new(api.ChallengeResponseSuccess)}},
		EventRisk:          &api.EventRiskType{RiskDecision: new(api.RiskDecisionTypeAccountTakeover), RiskLevel: new(api.RiskLevelTypeMedium), CompromisedCredentialsDetected: new(false)},
		EventContextData:   &api.EventContextDataType{IpAddress: new(away), DeviceName: new("Firefox")},
		EventFeedback:      &api.EventFeedbackType{FeedbackValue: "Invalid", Provider: "Admin", FeedbackDate: new(h.clock())},
	}
	if d := cmp.Diff(want, h.list(t)[0]); d != "" {
		t.Error(d)
	}
}

func TestHistoryRefuses(t *testing.T) {
	h := newHouse(t, audit)
	for range 3 {
		h.signIn(t, h.attempt(home, "d"), "Pass")
	}
	first, err := h.AdminListUserAuthEvents(h.ctx, &api.AdminListUserAuthEventsRequest{UserPoolId: testPool, Username: "ann", MaxResults: new(2)})
	if err != nil || len(first.AuthEvents) != 2 || first.NextToken == nil {
		t.Fatal(first, err)
	}
	other := &directory.User{PoolID: testPool, Sub: strings.ReplaceAll(testSub, "1", "2"), Username: "bob"}
	off := &directory.Pool{ID: "eu-west-1_BBBBBBBBB", Account: account, Region: "eu-west-1"}
	if err := h.Store.Update(h.ctx, func(w store.Writer) error {
		return errors.Join(directory.InsertUser(h.ctx, w, h.pool, other), directory.Pools.Insert(h.ctx, w, off))
	}); err != nil {
		t.Fatal(err)
	}
	list := func(account, pool, name string, token *string) error {
		_, err := h.AdminListUserAuthEvents(h.as(account), &api.AdminListUserAuthEventsRequest{UserPoolId: pool, Username: name, NextToken: token})
		return err
	}
	wantError(t, list(account, testPool, "nobody", nil), api.UserNotFoundException)
	wantError(t, list(account, testPool, "bob", first.NextToken), api.InvalidParameterException)
	wantError(t, list(account, testPool, "ann", new("nonsense")), api.InvalidParameterException)
	wantError(t, list("999999999999", testPool, "ann", nil), api.ResourceNotFoundException)
	wantError(t, list(account, off.ID, "ann", nil), api.UserPoolAddOnNotEnabledException)
	if err := list(account, testPool, "ann", first.NextToken); err != nil {
		t.Error(err)
	}
}

func TestNobodyLeavesNothing(t *testing.T) {
	h := newHouse(t, enforced)
	a := h.attempt(home, "d")
	a.User = nil
	h.signIn(t, a, "Fail")
	if n, err := events.Count(h.ctx, h.Store, ""); err != nil || n != 0 {
		t.Error(n, err)
	}
}

// TestCompleteOnce: of many that end a sign-in, the first counts.
func TestCompleteOnce(t *testing.T) {
	h := newHouse(t, audit)
	begun := h.signIn(t, h.attempt(home, "d"), inProgress)
	var work sync.WaitGroup
	var failed atomic.Int32
	for i := range 100 {
		work.Go(func() {
			e := &directory.AuthEvent{Attempt: h.attempt(home, "d"), ID: begun.ID, Response: "Pass", Challenges: []directory.Challenge{{Name: "Mfa", Response: fmt.Sprint(i)}}}
			if err := h.Store.Update(h.ctx, func(w store.Writer) error { return h.Complete(h.ctx, w, e) }); err != nil {
				failed.Add(1)
			}
		})
	}
	work.Wait()
	row, err := events.Get(h.ctx, h.Store, testPool, testSub, begun.ID)
	if err != nil || row.Doc.Response != "Pass" || len(row.Doc.Challenges) != 2 || row.Version != 2 || failed.Load() != 0 {
		t.Errorf("%+v %v, %d failed", row, err, failed.Load())
	}
	gone := &directory.AuthEvent{Attempt: h.attempt(home, "d"), ID: "gone", Response: "Pass"}
	if err := h.Store.Update(h.ctx, func(w store.Writer) error { return h.Complete(h.ctx, w, gone) }); err != nil || !gone.Time.IsZero() {
		t.Error(gone, err)
	}
}

func TestIDsAreInOrder(t *testing.T) {
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	last := ""
	for i := range 5000 {
		id, err := newID(at.Add(time.Duration(i)*500*time.Nanosecond), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if id <= last || len(id) != 36 || id[14] != '7' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
	if _, err := newID(at, strings.NewReader("")); err == nil {
		t.Error("an id without randomness")
	}
}

func (h *house) token(t testing.TB, eventID string) string {
	t.Helper()
	token, err := h.newFeedback(h.user, eventID)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// bend changes one character in the middle of a text.
func bend(s string) string {
	b := []byte(s)
	if b[len(b)/2]++; b[len(b)/2] > 'y' || b[len(b)/2] < 'a' {
		b[len(b)/2] = 'a'
	}
	return string(b)
}

func TestUserFeedback(t *testing.T) {
	h := newHouse(t, enforced)
	e := h.signIn(t, h.attempt(home, "d"), "Pass")
	h.pass(time.Second)
	other := h.signIn(t, h.attempt(home, "d"), "Pass")
	give := func(change func(*api.UpdateAuthEventFeedbackRequest)) error {
		in := &api.UpdateAuthEventFeedbackRequest{UserPoolId: testPool, Username: "ann", EventId: e.ID, FeedbackToken: h.token(t, e.ID), FeedbackValue: "Invalid"}
		change(in)
		_, err := h.UpdateAuthEventFeedback(t.Context(), in)
		return err
	}
	for name, change := range map[string]func(*api.UpdateAuthEventFeedbackRequest){
		"other event":  func(in *api.UpdateAuthEventFeedbackRequest) { in.EventId = other.ID },
		"no event":     func(in *api.UpdateAuthEventFeedbackRequest) { in.EventId = "none" },
		"no user":      func(in *api.UpdateAuthEventFeedbackRequest) { in.Username = "bob" },
		"no pool":      func(in *api.UpdateAuthEventFeedbackRequest) { in.UserPoolId = "eu-west-1_CCCCCCCCC" },
		"no token":     func(in *api.UpdateAuthEventFeedbackRequest) { in.FeedbackToken = "nonsense" },
		"bent token":   func(in *api.UpdateAuthEventFeedbackRequest) { in.FeedbackToken = bend(in.FeedbackToken) },
		"padded token": func(in *api.UpdateAuthEventFeedbackRequest) { in.FeedbackToken += "=" },
		"old token":    func(*api.UpdateAuthEventFeedbackRequest) { h.pass(feedbackLife) },
	} {
		before := h.clock()
		t.Run(name, func(t *testing.T) { wantError(t, give(change), api.NotAuthorizedException) })
		h.pass(before.Sub(h.clock()))
	}
	for _, e := range h.list(t) {
		if e.EventFeedback != nil {
			t.Fatalf("feedback %+v", e.EventFeedback)
		}
	}
	if err := give(func(*api.UpdateAuthEventFeedbackRequest) {
		h.pass(feedbackLife - time.Second)
		h.pass(time.Second - feedbackLife)
	}); err != nil {
		t.Fatal(err)
	}
	list := h.list(t)
	if list[0].EventFeedback != nil || list[1].EventFeedback == nil || list[1].EventFeedback.Provider != "User" || list[1].EventFeedback.FeedbackValue != "Invalid" {
		t.Errorf("%+v", list)
	}
}

func TestAdminFeedback(t *testing.T) {
	h := newHouse(t, enforced)
	e := h.signIn(t, h.attempt(home, "d"), "Pass")
	give := func(account, name, id string) error {
		_, err := h.AdminUpdateAuthEventFeedback(h.as(account), &api.AdminUpdateAuthEventFeedbackRequest{UserPoolId: testPool, Username: name, EventId: id, FeedbackValue: "Valid"})
		return err
	}
	wantError(t, give("999999999999", "ann", e.ID), api.ResourceNotFoundException)
	wantError(t, give(account, "bob", e.ID), api.UserNotFoundException)
	wantError(t, give(account, "ann", "none"), api.ResourceNotFoundException)
	if err := give(account, "ann", e.ID); err != nil {
		t.Fatal(err)
	}
	if f := h.list(t)[0].EventFeedback; f == nil || f.Provider != "Admin" || f.FeedbackValue != "Valid" {
		t.Errorf("%+v", f)
	}
}

// TestFeedbackPage: to follow a link changes nothing; to answer does, once the token fits.
func TestFeedbackPage(t *testing.T) {
	h := newHouse(t, enforced)
	e := h.signIn(t, h.attempt(home, "d"), "Pass")
	link := h.link(h.user, e.ID, h.token(t, e.ID), "Invalid")
	call := func(method, link string, want int) string {
		t.Helper()
		w := httptest.NewRecorder()
		http.StripPrefix("/feedback", h).ServeHTTP(w, httptest.NewRequest(method, link, nil))
		if w.Code != want || w.Header().Get("Referrer-Policy") != "no-referrer" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
		return w.Body.String()
	}
	given := func() bool { return h.list(t)[0].EventFeedback != nil }
	if body := call(http.MethodGet, link, 200); !strings.Contains(body, `<form method="post">`) || strings.Contains(body, "token") || given() {
		t.Errorf("%s", body)
	}
	call(http.MethodPost, strings.Replace(link, "token=", "token=x", 1), 403)
	call(http.MethodPost, strings.Replace(link, "Invalid", "Maybe", 1), 400)
	call(http.MethodPut, link, 405)
	if given() {
		t.Error("feedback without a word")
	}
	call(http.MethodPost, link, 200)
	if !given() {
		t.Error("no feedback")
	}
	h.FeedbackURL = ""
	if l := h.link(h.user, e.ID, "t", "Valid"); l != "" {
		t.Error(l)
	}
}

func TestNotice(t *testing.T) {
	h := newHouse(t, enforced)
	h.setRisk(t, api.SetRiskConfigurationRequest{AccountTakeoverRiskConfiguration: takeover("NO_ACTION", "MFA_REQUIRED", "BLOCK", true)})
	h.user.Username = "<ann>{feedback-token}"
	a := h.attempt(home, "d1")
	a.UserAgent = "Fire<b>fox"
	h.signIn(t, a, "Pass")
	h.pass(time.Minute)
	if len(h.mails) != 0 {
		t.Fatal("a mail about nothing")
	}
	a.DeviceKey, a.IP = "d2", h.attempt(away, "").IP
	e := h.signIn(t, a, "Fail")
	if len(h.mails) != 1 || len(h.reported) != 0 {
		t.Fatal(h.mails, h.reported)
	}
	m := h.mails[0]
	token := strings.TrimPrefix(m.Text.Plain, e.ID+" ")
	link := "https://id.example.org/feedback?" + url.Values{"pool": {testPool}, "user": {testSub}, "event": {e.ID}, "token": {token}, "value": {"Invalid"}}.Encode()
	want := &directory.MessageText{
		From: "security@example.org", ReplyTo: "help@example.org", Subject: "Blocked <ann>{feedback-token}", Plain: e.ID + " " + token,
		HTML: `<p>&lt;ann&gt;{feedback-token} ` + away + ` Fire&lt;b&gt;fox unknown Sat Nov 21 09:01:00 UTC 2026</p><a href="` + strings.ReplaceAll(link, "&", "&amp;") + `">no</a>`,
	}
	if d := cmp.Diff(want, m.Text); d != "" || m.Kind != "AccountTakeOverNotification" || m.Medium != "EMAIL" || m.Destination != "ann@example.org" {
		t.Errorf("%s %s", m, d)
	}
	if _, err := h.openFeedback(t.Context(), testPool, "ann", e.ID, token); err != nil {
		t.Error(err)
	}
	h.pass(time.Hour)
	h.signIn(t, a, "Pass") // no text for this action is configured
	if len(h.mails) != 2 || !strings.Contains(h.mails[1].Text.Plain, "Address: "+away) || h.mails[1].Text.Subject != "New sign-in attempt" {
		t.Errorf("%+v", h.mails[1].Text)
	}
	h.sinkErr = errors.New("down")
	h.signIn(t, a, "Pass")
	if len(h.reported) != 1 {
		t.Error(h.reported)
	}
	delete(h.user.Attributes, "email")
	h.signIn(t, a, "Pass")
	if len(h.mails) != 3 {
		t.Error("a mail without an address")
	}
}

func TestDelete(t *testing.T) {
	h := newHouse(t, enforced)
	count := func() string {
		a, err := events.Count(h.ctx, h.Store, "", testPool)
		b, err2 := riskConfigs.Count(h.ctx, h.Store, "", testPool)
		c, err3 := logConfigs.Count(h.ctx, h.Store, "", testPool)
		return fmt.Sprint(a, b, c, errors.Join(err, err2, err3))
	}
	h.signIn(t, h.attempt(home, "d"), "Pass")
	e := api.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"10.0.0.0/8"}}
	h.setRisk(t, api.SetRiskConfigurationRequest{RiskExceptionConfiguration: &e})
	h.setRisk(t, api.SetRiskConfigurationRequest{RiskExceptionConfiguration: &e, ClientId: new(testClient)})
	if _, err := h.SetLogDeliveryConfiguration(h.ctx, &api.SetLogDeliveryConfigurationRequest{UserPoolId: testPool}); err != nil {
		t.Fatal(err)
	}
	got := []string{count()}
	for _, remove := range []func(w store.Writer) error{
		func(w store.Writer) error { return DeleteClient(h.ctx, w, testPool, testClient) },
		func(w store.Writer) error { return DeleteUser(h.ctx, w, testPool, testSub) },
		func(w store.Writer) error { return DeletePool(h.ctx, w, testPool) },
	} {
		if err := h.Store.Update(h.ctx, remove); err != nil {
			t.Fatal(err)
		}
		got = append(got, count())
	}
	if d := cmp.Diff([]string{"1 2 1 <nil>", "1 1 1 <nil>", "0 1 1 <nil>", "0 0 0 <nil>"}, got); d != "" {
		t.Error(d)
	}
}
