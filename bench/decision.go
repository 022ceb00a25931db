package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"github.com/mayfly-id/mayfly/iampolicy"
	"github.com/mayfly-id/mayfly/internal/access"
	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/iam/principal"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/store/sqlite"
)

const (
	benchAccount = "123456789012"
	benchObject  = "arn:aws:s3:::bucket9/home/bob/report.txt"
)

// measureDecisions evaluates ten statements with conditions and variables, of which the last one allows: in one policy, in ten policies attached to a user, and
// in cedar-go; beside many other accounts' policies.
func measureDecisions(t *table) error {
	t.title("Policy decision, ten statements, the last one allows")
	measureEngine(t)
	for _, accounts := range []int{1, 1000} {
		if err := measureAttached(t, accounts); err != nil {
			return err
		}
	}
	return measureCedar(t)
}

// decisions prints a row.
func decisions(t *table, name, goal string, f func()) {
	d := cpu(f)
	t.row(name, "%8.2f µs, %.1f allocations, %.0f a second%s", micros(d), allocations(f), float64(time.Second)/float64(d), goal)
}

// allocations is how many allocations one call makes.
func allocations(f func()) float64 {
	const calls = 1000
	var before, after runtime.MemStats
	f()
	runtime.ReadMemStats(&before)
	for range calls {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / calls
}

// measureEngine evaluates policies alone.
func measureEngine(t *table) {
	request := &iampolicy.Request{
		Action: "s3:GetObject", Resource: benchObject, ResourceAccount: benchAccount,
		Principal: iampolicy.Principal{Type: iampolicy.User, ARN: "arn:aws:iam::" + benchAccount + ":user/bob", Account: benchAccount},
		Context:   iampolicy.MapContext{"aws:username": {"bob"}, "aws:sourceip": {"10.1.2.3"}},
	}
	for _, tenants := range []int{1, 1000} {
		sets := make([]*iampolicy.Set, tenants)
		for i := range sets {
			p, err := iampolicy.Parse([]byte(policyOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)), iampolicy.IdentityPolicy)
			if err != nil {
				panic(err)
			}
			sets[i] = &iampolicy.Set{Identity: []iampolicy.Named{{ID: fmt.Sprint(i), Policy: p}}}
		}
		i := 0
		decisions(t, fmt.Sprintf("one policy, %d tenants", tenants), "   (goal 2 µs)", func() {
			i++
			if !iampolicy.Evaluate(sets[i%tenants], request).Allowed {
				panic("refused")
			}
		})
	}
}

// policyOf is a policy with a statement for each bucket.
func policyOf(buckets ...int) string {
	var b strings.Builder
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i, n := range buckets {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"Sid":"s%d","Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::bucket%d","arn:aws:s3:::bucket%d/home/${aws:username}/*"],"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`, n, n, n)
	}
	b.WriteString(`]}`)
	return b.String()
}

// measureAttached decides as the pipeline does, the principal and its ten attached policies looked up, in a store of many accounts.
func measureAttached(t *table, accounts int) error {
	ctx := context.Background()
	engine, err := sqlite.OpenMemory()
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, engine, store.Options{}, record.Tables()...)
	if err != nil {
		return err
	}
	defer db.Close()
	callers := make([]*caller.Principal, accounts)
	for i := range callers {
		if callers[i], err = userWithTen(ctx, db, fmt.Sprintf("%012d", 100_000_000_000+i)); err != nil {
			return err
		}
	}
	a := &access.Authorizer{Policies: principal.New(principal.Config{Store: db})}
	ctx = caller.WithRequest(ctx, &caller.Request{Time: time.Now(), Region: "us-east-1", Service: "s3", Operation: "GetObject"})
	ask := &caller.Ask{Action: "s3:GetObject", Resource: benchObject, Context: iampolicy.MapContext{"aws:sourceip": {"10.1.2.3"}}}
	i := 0
	decide := func() {
		i++
		if d, err := a.Decide(ctx, callers[i%accounts], ask); err != nil || !d.Allowed {
			panic(fmt.Sprint("refused: ", err))
		}
	}
	for range accounts { // compile
		decide()
	}
	decisions(t, fmt.Sprintf("a user with ten attached, %d accounts", accounts), "   (goal 5 µs)", decide)
	return nil
}

// userWithTen makes an account's user with ten policies of one statement each.
func userWithTen(ctx context.Context, db *store.DB, account string) (*caller.Principal, error) {
	u := &record.User{ID: "AIDA" + account + "AAAAA", Account: account, Name: "bob", Path: "/"}
	err := db.Update(ctx, func(w store.Writer) error {
		for n := range 10 {
			p := &record.Policy{
				ID: fmt.Sprintf("ANPA%s%05d", account, n), Account: account, Name: fmt.Sprint("p", n), Path: "/", Default: "v1",
				Versions: []record.Version{{ID: "v1", Document: policyOf(n)}},
			}
			if err := record.Policies.Insert(ctx, w, p); err != nil {
				return err
			}
			u.Attached = append(u.Attached, p.Ref())
		}
		return record.Users.Insert(ctx, w, u)
	})
	arn := u.ARN()
	return &caller.Principal{Kind: caller.User, Account: account, ARN: arn, EntityARN: arn, UserID: u.ID, UniqueID: u.ID, Name: u.Name}, err
}

// measureCedar evaluates ten comparable policies in cedar-go: the same actions, resource patterns and address range.
func measureCedar(t *table) error {
	var text strings.Builder
	for n := range 10 {
		fmt.Fprintf(&text, `permit(principal, action in [Action::"s3:Get", Action::"s3:List"], resource)
when { (resource.arn == "arn:aws:s3:::bucket%d" || (resource.path like "bucket%d/home/*" && resource.owner == principal.name)) && context.source.isInRange(ip("10.0.0.0/8")) };
`, n, n)
	}
	policies, err := cedar.NewPolicySetFromBytes("bench", []byte(text.String()))
	if err != nil {
		return err
	}
	uid := func(kind, id string) cedar.EntityUID {
		return cedar.NewEntityUID(cedar.EntityType(kind), cedar.String(id))
	}
	bob, object, action := uid("User", "bob"), uid("Object", benchObject), uid("Action", "s3:GetObject")
	entities := cedar.EntityMap{
		bob: {UID: bob, Attributes: cedar.NewRecord(cedar.RecordMap{"name": cedar.String("bob")})},
		object: {UID: object, Attributes: cedar.NewRecord(cedar.RecordMap{
			"arn": cedar.String(benchObject), "path": cedar.String("bucket9/home/bob/report.txt"), "owner": cedar.String("bob"),
		})},
		action: {UID: action, Parents: cedar.NewEntityUIDSet(uid("Action", "s3:Get"))},
	}
	source, err := types.ParseIPAddr("10.1.2.3")
	if err != nil {
		return err
	}
	request := cedar.Request{Principal: bob, Action: action, Resource: object, Context: cedar.NewRecord(cedar.RecordMap{"source": source})}
	if allowed, _ := cedar.Authorize(policies, entities, request); !allowed {
		return fmt.Errorf("cedar-go refuses")
	}
	decisions(t, "cedar-go, ten comparable policies", "", func() { cedar.Authorize(policies, entities, request) })
	return nil
}
