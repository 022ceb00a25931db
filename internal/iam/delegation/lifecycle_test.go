package delegation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/iamtest"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func TestBindings(t *testing.T) {
	h := newHouse(t)
	iamtest.CheckBindings(t, iamapi.Service(), h.Operations())
}

func TestWholeWay(t *testing.T) {
	h := newHouse(t)
	owner := h.user(customer, "owner", allowing("iam:AssociateDelegationRequest", "*"))
	admin := h.user(customer, "admin", allowing("*", "*"))
	id := h.create(func(in *iamapi.CreateDelegationRequestRequest) {
		in.RequestMessage, in.RedirectUrl, in.OwnerAccountId = ptr("Second try."), ptr("https://p.example/back"), ptr(customer)
	})
	h.steps(owner, id, "AssociateDelegationRequest")
	if err := h.step(owner, "UpdateDelegationRequest", id, "Please look."); err != nil { // by default permission
		t.Fatal(err)
	}
	h.steps(admin, id, "AcceptDelegationRequest")
	out, err := h.get(owner, id)
	if err != nil {
		t.Fatal(err)
	}
	d := out.DelegationRequest
	if *d.State != iamapi.StateTypeAccepted || *d.OwnerId != owner.ARN || *d.ApproverId != admin.ARN || *d.OwnerAccountId != customer || *d.Notes != "Please look." ||
		*d.RequestorId != provider || *d.RequestMessage != "Second try." || *d.RedirectUrl != "https://p.example/back" || *d.SessionDuration != 3600 ||
		!d.ExpirationTime.Equal(d.UpdatedTime.Add(7*24*time.Hour)) || d.RejectionReason != nil || len(d.Permissions.Parameters) != 2 {
		t.Errorf("request is %+v", d)
	}
	h.steps(admin, id, "SendDelegationToken")
	var states []string
	for _, n := range h.channel.sent {
		if n.DelegationRequestID != id || n.RequestorWorkflowID != "workflow-1" || n.OwnerAccountID != customer || (n.ExchangeToken != "") != (n.State == "FINALIZED") {
			t.Errorf("notice is %+v", n)
		}
		states = append(states, n.State)
	}
	if want := []string{"ASSIGNED", "PENDING_APPROVAL", "ACCEPTED", "FINALIZED"}; !slices.Equal(states, want) || h.channel.to[0] != topic {
		t.Errorf("told %v to %v", states, h.channel.to)
	}
	p, err := h.redeem(provider, h.channel.last().ExchangeToken)
	if err != nil {
		t.Fatal(err)
	}
	if p.ARN != admin.ARN || p.UniqueID != admin.UniqueID || p.Kind != caller.User || p.Session.InlinePolicy != *d.PermissionPolicy ||
		!p.Session.Expires.Equal(h.channel.last().ExchangeTokenExpiration) {
		t.Errorf("principal is %+v", p)
	}
}

// TestOnlyTheIntersection holds the delegated session to what both the template and the approver's policies allow.
func TestOnlyTheIntersection(t *testing.T) {
	bucket := "arn:aws:s3:::data"
	for name, c := range map[string]struct {
		approver func(h *house) *caller.Principal
		get      bool // s3:GetObject, which the template allows
	}{
		"administrator": {func(h *house) *caller.Principal { return h.user(customer, "a", allowing("*", "*")) }, true},
		"root":          {func(*house) *caller.Principal { return iamtest.RootPrincipal(customer) }, true},
		"who reads nothing": {func(h *house) *caller.Principal {
			return h.user(customer, "a", allowing("iam:*", "*")+","+allowing("s3:DeleteObject", "*"))
		}, false},
		"who is denied it": {func(h *house) *caller.Principal {
			return h.user(customer, "a", allowing("*", "*")+`,{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`)
		}, false},
		"role": {func(h *house) *caller.Principal {
			return h.role("a", allowing("*", "*"), &caller.Session{Name: "s", IssuedAt: h.Clock.Now(), RootIssuedAt: h.Clock.Now(), Expires: h.Clock.Now().Add(time.Hour)})
		}, true},
		"role by session tag": {func(h *house) *caller.Principal {
			return h.role("a", allowing("iam:*", "*")+`,{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}`,
				&caller.Session{Name: "s", Tags: map[string]string{"team": "blue"}, SourceIdentity: "mona"})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			approver := c.approver(h)
			id := h.create(nil)
			h.steps(approver, id, "AssociateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken")
			p, err := h.redeem(provider, h.channel.last().ExchangeToken)
			if err != nil {
				t.Fatal(err)
			}
			if p.ARN != approver.ARN {
				t.Errorf("ARN is %s", p.ARN)
			}
			if got := h.allows(&p, "s3:GetObject", bucket+"/x"); got != c.get {
				t.Errorf("s3:GetObject: %v", got)
			}
			for _, not := range [][2]string{
				{"s3:DeleteObject", bucket + "/x"}, {"s3:GetObject", "arn:aws:s3:::other/x"}, {"iam:CreateUser", "arn:aws:iam::" + customer + ":user/x"}, {"sts:AssumeRole", "*"},
			} {
				if h.allows(&p, not[0], not[1]) {
					t.Errorf("%s is allowed", not)
				}
			}
		})
	}
}

func TestSessionOfTheApprover(t *testing.T) {
	h := newHouse(t)
	began := h.Clock.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	s := &caller.Session{
		Name: "mona", IssuedAt: began, RootIssuedAt: began, Expires: began.Add(2 * time.Hour), ChainDepth: 1, MFAAt: began, SourceIdentity: "id",
		Tags: map[string]string{"a": "b"}, TransitiveTags: []string{"a"}, Provider: "p", FederatedContext: map[string][]string{"p:sub": {"x"}},
	}
	approver := h.role("deploy", allowing("*", "*"), s)
	id := h.create(nil)
	h.steps(approver, id, "AssociateDelegationRequest", "AcceptDelegationRequest")
	accepted := h.Clock.Now().UTC().Truncate(time.Second)
	h.Clock.Move(time.Hour)
	h.steps(approver, id, "SendDelegationToken")
	p, err := h.redeem(provider, h.channel.last().ExchangeToken)
	if err != nil {
		t.Fatal(err)
	}
	d := p.Session
	if d.Name != "mona" || !d.IssuedAt.Equal(accepted) || !d.RootIssuedAt.Equal(began) || d.ChainDepth != 1 || !d.MFAAt.Equal(began) || d.SourceIdentity != "id" ||
		d.Tags["a"] != "b" || d.TransitiveTags[0] != "a" || d.Provider != "p" || d.FederatedContext["p:sub"][0] != "x" || !d.Expires.Equal(accepted.Add(2*time.Hour)) {
		t.Errorf("session is %+v", d)
	}
}

func TestWhoMayAccept(t *testing.T) {
	h := newHouse(t)
	long := h.create(func(in *iamapi.CreateDelegationRequestRequest) {
		in.SessionDuration = 4*3600 + 1
	})
	root, narrow := iamtest.RootPrincipal(customer), h.role("r", allowing("*", "*"), &caller.Session{Name: "s", InlinePolicy: `{"Version":"2012-10-17","Statement":[` + allowing("iam:*", "*") + `]}`})
	plain := h.user(customer, "plain", allowing("s3:*", "*"))
	h.steps(root, long, "AssociateDelegationRequest")
	iamtest.Fails(t, h.step(root, "AcceptDelegationRequest", long, ""), edge.ValidationError, "The root user can only accept delegation requests with a duration of 4 hours or less.")
	iamtest.Fails(t, h.step(narrow, "AcceptDelegationRequest", long, ""), edge.ValidationError, "A session with session policies cannot accept a delegation request.")
	if err := h.step(plain, "AcceptDelegationRequest", long, ""); !errors.Is(err, errDenied) {
		t.Errorf("without permission: %v", err)
	}
	if out, err := h.get(root, long); err != nil || *out.DelegationRequest.State != iamapi.StateTypeAssigned {
		t.Errorf("state after the refusals: %+v, %v", out, err)
	}
}

// TestDefaultPermission holds what the owner may do without a policy, and that it is theirs alone.
func TestDefaultPermission(t *testing.T) {
	h := newHouse(t)
	session := func(name string) *caller.Principal {
		return h.role("dev", allowing("iam:AssociateDelegationRequest", "*"), &caller.Session{Name: name})
	}
	own := map[string]any{
		"GetDelegationRequest":    func(id string) any { return &iamapi.GetDelegationRequestRequest{DelegationRequestId: id} },
		"UpdateDelegationRequest": func(id string) any { return &iamapi.UpdateDelegationRequestRequest{DelegationRequestId: id} },
		"GetHumanReadableSummary": func(id string) any {
			return &iamapi.GetHumanReadableSummaryRequest{EntityArn: "arn:aws:iam::" + customer + ":delegation-request/" + id}
		},
		"AcceptDelegationRequest": func(id string) any { return &iamapi.AcceptDelegationRequestRequest{DelegationRequestId: id} },
		"RejectDelegationRequest": func(id string) any { return &iamapi.RejectDelegationRequestRequest{DelegationRequestId: id} },
		"SendDelegationToken":     func(id string) any { return &iamapi.SendDelegationTokenRequest{DelegationRequestId: id} },
	}
	mine := []string{"GetDelegationRequest", "UpdateDelegationRequest", "GetHumanReadableSummary"}
	for i, owner := range []*caller.Principal{h.user(customer, "owner", allowing("iam:AssociateDelegationRequest", "*")), session("mona")} {
		id := h.create(func(in *iamapi.CreateDelegationRequestRequest) { in.RequestorWorkflowId = fmt.Sprint("flow-", i) })
		h.steps(owner, id, "AssociateDelegationRequest")
		for op, in := range own {
			want := slices.Contains(mine, op)
			if err := h.may(owner, op, in.(func(string) any)(id)); (err == nil) != want {
				t.Errorf("%s by %s: %v", op, owner.ARN, err)
			}
			again := *owner // somebody else who has come to be called the same
			again.UserID, again.UniqueID = strings.Replace(owner.UserID, "AAA", "BBB", 1), "AIDABBBBBBBBBBBBBBBBB"
			stranger := h.user(customer, "stranger", "")
			for _, p := range []*caller.Principal{stranger, session("other")} {
				if err := h.may(p, op, in.(func(string) any)(id)); !errors.Is(err, errDenied) {
					t.Errorf("%s by %s: %v", op, p.ARN, err)
				}
			}
			if owner.Kind == caller.User {
				continue // the engine knows users by their id, and finds no policies of one that is not there
			}
			again.UniqueID = owner.UniqueID
			if err := h.may(&again, op, in.(func(string) any)(id)); !errors.Is(err, errDenied) {
				t.Errorf("%s by a namesake: %v", op, err)
			}
		}
	}
	denied := h.user(customer, "denied", allowing("iam:Associate*", "*")+`,{"Effect":"Deny","Action":"iam:GetDelegationRequest","Resource":"*"}`)
	id := h.create(func(in *iamapi.CreateDelegationRequestRequest) { in.RequestorWorkflowId = "flow-9" })
	h.steps(denied, id, "AssociateDelegationRequest")
	if _, err := h.get(denied, id); !errors.Is(err, errDenied) {
		t.Errorf("a Deny is passed over: %v", err)
	}
}

// TestConditionKeys decides by the condition keys of the service authorization reference.
func TestConditionKeys(t *testing.T) {
	h := newHouse(t)
	when := func(action, condition string) string {
		return `{"Effect":"Allow","Action":"iam:` + action + `","Resource":"*","Condition":{` + condition + `}}`
	}
	asks := func(statement string, in *iamapi.CreateDelegationRequestRequest) bool {
		return h.may(h.user(provider, "maker", statement), "CreateDelegationRequest", in) == nil
	}
	for _, c := range []struct {
		condition string
		want      bool
	}{
		{`"NumericLessThanEquals":{"iam:DelegationDuration":"3600"}`, true},
		{`"NumericLessThanEquals":{"iam:DelegationDuration":"3599"}`, false},
		{`"ArnEquals":{"iam:TemplateArn":"` + template + `"}`, true},
		{`"ArnEquals":{"iam:TemplateArn":"` + template + `2"}`, false},
		{`"ArnEquals":{"iam:NotificationChannel":"` + topic + `"}`, true},
		{`"ArnEquals":{"iam:NotificationChannel":"` + topic + `2"}`, false},
	} {
		if got := asks(when("CreateDelegationRequest", c.condition), input(nil)); got != c.want {
			t.Errorf("%s: %v", c.condition, got)
		}
	}
	owner := h.user(customer, "owner", allowing("iam:AssociateDelegationRequest", "*"))
	id := h.create(nil)
	h.steps(owner, id, "AssociateDelegationRequest")
	for arn, want := range map[string]bool{owner.ARN: true, owner.ARN + "2": false} {
		p := h.user(customer, "judge", when("AcceptDelegationRequest", `"ArnEquals":{"iam:DelegationRequestOwner":"`+arn+`"}`)+","+
			when("ListDelegationRequests", `"ArnEquals":{"iam:DelegationRequestOwner":"`+arn+`"}`))
		if err := h.may(p, "AcceptDelegationRequest", &iamapi.AcceptDelegationRequestRequest{DelegationRequestId: id}); (err == nil) != want {
			t.Errorf("accept for the owner %s: %v", arn, err)
		}
		if err := h.may(p, "ListDelegationRequests", &iamapi.ListDelegationRequestsRequest{OwnerId: &owner.ARN}); (err == nil) != want {
			t.Errorf("list for the owner %s: %v", arn, err)
		}
		if err := h.may(p, "ListDelegationRequests", &iamapi.ListDelegationRequestsRequest{}); !errors.Is(err, errDenied) {
			t.Errorf("list of all: %v", err)
		}
	}
}

// TestOtherAccounts holds that a request is not there for an account that it does not concern, whatever the operation.
func TestOtherAccounts(t *testing.T) {
	h := newHouse(t)
	owner := iamtest.RootPrincipal(customer)
	open := h.create(nil)
	for _, account := range []string{third, provider, customer} {
		if _, err := h.get(iamtest.RootPrincipal(account), open); err != nil {
			t.Errorf("a request of nobody, in %s: %v", account, err)
		}
	}
	aimed := h.create(func(in *iamapi.CreateDelegationRequestRequest) {
		in.RequestorWorkflowId, in.OwnerAccountId = "flow-2", ptr(customer)
	})
	if _, err := h.get(owner, aimed); err != nil {
		t.Errorf("a request for this account: %v", err)
	}
	h.steps(owner, open, "AssociateDelegationRequest")
	for _, id := range []string{open, aimed, "00000000-0000-4000-8000-000000000000"} {
		for _, account := range []string{third, provider} {
			p := iamtest.RootPrincipal(account)
			gone := "The delegation request with id " + id + " cannot be found."
			for _, op := range []string{"AssociateDelegationRequest", "UpdateDelegationRequest", "AcceptDelegationRequest", "RejectDelegationRequest", "SendDelegationToken"} {
				iamtest.Fails(t, h.step(p, op, id, ""), iamapi.NoSuchEntityException, gone)
			}
			_, err := h.get(p, id)
			iamtest.Fails(t, err, iamapi.NoSuchEntityException, gone)
			for _, of := range []string{account, customer} {
				_, err = do(h, p, "GetHumanReadableSummary", h.GetHumanReadableSummary, &iamapi.GetHumanReadableSummaryRequest{EntityArn: "arn:aws:iam::" + of + ":delegation-request/" + id})
				if of == account || !errors.Is(err, errDenied) { // the root of another account is not asked further
					iamtest.Fails(t, err, iamapi.NoSuchEntityException, gone)
				}
			}
		}
	}
	if n := len(h.channel.sent); n != 1 {
		t.Errorf("%d notices", n)
	}
}

func TestList(t *testing.T) {
	h := newHouse(t)
	ann, bob := h.user(customer, "ann", allowing("iam:*", "*")), h.user(customer, "bob", allowing("iam:*", "*"))
	want := map[string]int{}
	for i := range 7 {
		id := h.create(func(in *iamapi.CreateDelegationRequestRequest) { in.RequestorWorkflowId = fmt.Sprint("flow-", i) })
		switch {
		case i < 3:
			h.steps(ann, id, "AssociateDelegationRequest")
			want[id]++
		case i < 5:
			h.steps(bob, id, "AssociateDelegationRequest")
			want[id]++
		}
	}
	h.create(func(in *iamapi.CreateDelegationRequestRequest) {
		in.RequestorWorkflowId, in.OwnerAccountId = "aimed", ptr(customer)
	})
	list := func(p *caller.Principal, owner *string) map[string]int {
		got := map[string]int{}
		for marker := (*string)(nil); ; {
			out, err := do(h, p, "ListDelegationRequests", h.ListDelegationRequests, &iamapi.ListDelegationRequestsRequest{OwnerId: owner, Marker: marker, MaxItems: ptr(2)})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range out.DelegationRequests {
				got[*d.DelegationRequestId]++
				if owner != nil && *d.OwnerId != *owner {
					t.Errorf("%s is of %s", *d.DelegationRequestId, *d.OwnerId)
				}
			}
			if marker = out.Marker; marker == nil {
				return got
			}
		}
	}
	if got := list(ann, nil); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("all are %v, want %v", got, want)
	}
	if got := list(ann, &bob.ARN); len(got) != 2 {
		t.Errorf("bob's are %v", got)
	}
	if got := list(iamtest.RootPrincipal(provider), nil); len(got) != 0 {
		t.Errorf("the requestor sees %v", got)
	}
	_, err := do(h, ann, "ListDelegationRequests", h.ListDelegationRequests, &iamapi.ListDelegationRequestsRequest{OwnerId: ptr(strings.Repeat("a", 2000))})
	iamtest.Fails(t, err, iamapi.InvalidInputException, "")
}

// TestWalk walks at random beside a small model of the states.
func TestWalk(t *testing.T) {
	h := newHouse(t)
	people := map[string]*caller.Principal{"owner": h.user(customer, "owner", allowing("iam:*", "*")), "admin": h.user(customer, "admin", allowing("iam:*", "*"))}
	steps := map[string]struct{ from, to string }{
		"AssociateDelegationRequest": {"UNASSIGNED", "ASSIGNED"}, "UpdateDelegationRequest": {"ASSIGNED PENDING_APPROVAL", "PENDING_APPROVAL"},
		"AcceptDelegationRequest": {"ASSIGNED PENDING_APPROVAL", "ACCEPTED"}, "RejectDelegationRequest": {"ASSIGNED PENDING_APPROVAL ACCEPTED", "REJECTED"},
		"SendDelegationToken": {"ACCEPTED", "FINALIZED"},
	}
	names := []string{"AssociateDelegationRequest", "UpdateDelegationRequest", "AcceptDelegationRequest", "RejectDelegationRequest", "SendDelegationToken"}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		onlyOwner := rapid.Bool().Draw(rt, "only by owner")
		id := h.create(func(in *iamapi.CreateDelegationRequestRequest) {
			in.RequestorWorkflowId, in.OnlySendByOwner = fmt.Sprint("walk-", n), &onlyOwner
		})
		state, owner, expires := "UNASSIGNED", "", h.Clock.Now().UTC().Truncate(time.Second).Add(24*time.Hour)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			if rapid.IntRange(0, 9).Draw(rt, "wait") == 0 {
				h.Clock.Move(time.Duration(rapid.IntRange(1, 9*24).Draw(rt, "hours")) * time.Hour)
			}
			now := h.Clock.Now().UTC().Truncate(time.Second)
			if !now.Before(expires.Add(7 * 24 * time.Hour)) {
				return // it is forgotten
			}
			if !now.Before(expires) {
				state = "EXPIRED"
			}
			op, who := rapid.SampledFrom(names).Draw(rt, "operation"), rapid.SampledFrom([]string{"owner", "admin"}).Draw(rt, "who")
			err := h.step(people[who], op, id, "why")
			want := strings.Contains(" "+steps[op].from+" ", " "+state+" ")
			if op == "SendDelegationToken" && onlyOwner && owner != who {
				want = false
			}
			if (err == nil) != want {
				rt.Fatalf("%s by %s in %s: %v", op, who, state, err)
			}
			if want {
				if state == "UNASSIGNED" {
					owner = who
				}
				state, expires = steps[op].to, now.Add(7*24*time.Hour)
			} else if e, ok := wire.AsError(err); !ok || !slices.Contains([]string{"InvalidInput", "ValidationError", "AccessDenied"}, e.Type.Code) {
				rt.Fatalf("%s in %s: %v", op, state, err)
			}
			out, err := h.get(people["admin"], id)
			if err != nil || string(*out.DelegationRequest.State) != state || !out.DelegationRequest.ExpirationTime.Equal(expires) {
				rt.Fatalf("after %s it is %+v, want %s until %s (%v)", op, out, state, expires, err)
			}
			if owner != "" && *out.DelegationRequest.OwnerId != people[owner].ARN {
				rt.Fatalf("owner is %s", *out.DelegationRequest.OwnerId)
			}
			if hasApprover := out.DelegationRequest.ApproverId != nil; state != "EXPIRED" && hasApprover != (state == "ACCEPTED" || state == "FINALIZED") {
				rt.Fatalf("in %s the approver is %v", state, out.DelegationRequest.ApproverId)
			}
		}
	})
}

func TestNoticesThatFail(t *testing.T) {
	h := newHouse(t)
	admin := h.user(customer, "admin", allowing("*", "*"))
	id := h.create(nil)
	h.channel.fail = errors.New("no way")
	h.steps(admin, id, "AssociateDelegationRequest", "AcceptDelegationRequest")
	if len(h.reported) != 2 {
		t.Errorf("reported %v", h.reported)
	}
	iamtest.Fails(t, h.step(admin, "SendDelegationToken", id, ""), iamapi.ServiceFailureException, "The exchange token could not be sent.")
	if out, err := h.get(admin, id); err != nil || *out.DelegationRequest.State != iamapi.StateTypeAccepted {
		t.Errorf("afterwards: %+v, %v", out, err)
	}
	h.channel.fail = nil
	h.steps(admin, id, "SendDelegationToken")
	if _, err := h.redeem(provider, h.channel.last().ExchangeToken); err != nil {
		t.Error(err)
	}
}

func TestStoreThatFails(t *testing.T) {
	h := newHouse(t)
	ctx := iamtest.As(iamtest.RootPrincipal(customer), "GetDelegationRequest")
	if err := h.DB.Close(); err != nil {
		t.Fatal(err)
	}
	b := h.bindings["GetDelegationRequest"]
	if asks, err := b.Asks(ctx, iamapi.Service(), &iamapi.GetDelegationRequestRequest{DelegationRequestId: "x"}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("asks %v, %v", asks, err)
	}
	if _, err := h.GetDelegationRequest(ctx, &iamapi.GetDelegationRequestRequest{DelegationRequestId: "x"}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if _, err := h.redeem(provider, "x."+strings.Repeat("a", 43)); !errors.Is(err, store.ErrClosed) {
		t.Errorf("redeem: %v", err)
	}
}

// TestDelegatedSessionIsNoOwner holds the session that a requestor gets to the template, also where its approver has more by owning the request.
func TestDelegatedSessionIsNoOwner(t *testing.T) {
	h := newHouse(t)
	now := h.Clock.Now()
	user := h.user(customer, "admin", allowing("*", "*"))
	user.Session = &caller.Session{IssuedAt: now, RootIssuedAt: now, Expires: now.Add(time.Hour), MFAAt: now}
	for i, approver := range []*caller.Principal{user, h.role("admin", allowing("*", "*"), &caller.Session{Name: "s", IssuedAt: now, RootIssuedAt: now, Expires: now.Add(time.Hour)})} {
		id := h.create(func(in *iamapi.CreateDelegationRequestRequest) { in.RequestorWorkflowId = fmt.Sprint("flow-", i) })
		h.steps(approver, id, "AssociateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken")
		p, err := h.redeem(provider, h.channel.last().ExchangeToken)
		if err != nil {
			t.Fatal(err)
		}
		for op, in := range map[string]any{
			"GetDelegationRequest":    &iamapi.GetDelegationRequestRequest{DelegationRequestId: id},
			"UpdateDelegationRequest": &iamapi.UpdateDelegationRequestRequest{DelegationRequestId: id},
		} {
			if err := h.may(approver, op, in); err != nil {
				t.Errorf("%s by %s: %v", op, approver.ARN, err)
			}
			if err := h.may(&p, op, in); !errors.Is(err, errDenied) {
				t.Errorf("%s by the session that was delegated by %s: %v", op, approver.ARN, err)
			}
		}
	}
}
