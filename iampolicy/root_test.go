package iampolicy_test

import (
	"testing"

	"github.com/mayfly-id/mayfly/iampolicy"
)

// TestRootSession holds a session of the account itself to its session policy, also where a resource is open to everyone: the session that
// AssumeRoot makes may do its one task and nothing else (IAM User Guide, "Perform a privileged task on an AWS Organizations member account").
func TestRootSession(t *testing.T) {
	task := []iampolicy.Named{{ID: "task", Policy: must(t, iampolicy.SessionPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"app:Task","Resource":"*"}}`)}}
	everyone := &iampolicy.Named{ID: "r", Policy: must(t, iampolicy.ResourcePolicy, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"app:*"}}`)}
	for _, c := range []struct {
		name, action string
		set          iampolicy.Set
		want         string
	}{
		{"no session policy", "app:Get", iampolicy.Set{}, "allow"},
		{"task", "app:Task", iampolicy.Set{HasSession: true, Session: task}, "allow"},
		{"not its task", "app:Get", iampolicy.Set{HasSession: true, Session: task}, "implicit session"},
		{"empty session policy", "app:Task", iampolicy.Set{HasSession: true}, "implicit session"},
		{"task on an open resource", "app:Task", iampolicy.Set{HasSession: true, Session: task, Resource: everyone}, "allow"},
		{"not its task on an open resource", "app:Get", iampolicy.Set{HasSession: true, Session: task, Resource: everyone}, "implicit session"},
	} {
		r := &iampolicy.Request{Action: c.action, Resource: "*", Principal: caller("root"), ResourceAccount: home}
		if got := outcome(iampolicy.Evaluate(&c.set, r)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestDelegatedUserSession holds a session with session policies of a user, which only temporary delegation makes, to those policies, also where a
// resource or a role names the user.
func TestDelegatedUserSession(t *testing.T) {
	task := []iampolicy.Named{{ID: "task", Policy: must(t, iampolicy.SessionPolicy, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"app:Task","Resource":"*"}}`)}}
	names := func(who string) *iampolicy.Named {
		return &iampolicy.Named{ID: "r", Policy: must(t, iampolicy.ResourcePolicy, `{"Statement":{"Effect":"Allow","Principal":`+who+`,"Action":"app:*"}}`)}
	}
	trust := &iampolicy.Named{ID: "t", Policy: must(t, iampolicy.TrustPolicy, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"`+caller("user").ARN+`"},"Action":"sts:AssumeRole"}}`)}
	for _, c := range []struct {
		name, action string
		set          iampolicy.Set
		want         string
	}{
		{"no session policy", "app:Get", iampolicy.Set{Resource: names(`"*"`)}, "allow"},
		{"its task", "app:Task", iampolicy.Set{HasSession: true, Session: task, Resource: names(`"*"`)}, "allow"},
		{"open to everyone", "app:Get", iampolicy.Set{HasSession: true, Session: task, Resource: names(`"*"`)}, "implicit session"},
		{"open to the user", "app:Get", iampolicy.Set{HasSession: true, Session: task, Resource: names(`{"AWS":"` + caller("user").ARN + `"}`)}, "implicit session"},
		{"open to the user's id", "app:Get", iampolicy.Set{HasSession: true, Session: task, Resource: names(`{"AWS":"` + userID + `"}`)}, "implicit session"},
		{"a role that trusts the user", "sts:AssumeRole", iampolicy.Set{HasSession: true, Session: task, Resource: trust, ResourceKind: iampolicy.RoleTrust}, "implicit session"},
		{"a role that trusts the user, without session policy", "sts:AssumeRole", iampolicy.Set{Resource: trust, ResourceKind: iampolicy.RoleTrust}, "allow"},
	} {
		r := &iampolicy.Request{Action: c.action, Resource: "*", Principal: caller("user"), ResourceAccount: home}
		if got := outcome(iampolicy.Evaluate(&c.set, r)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
