package servicelinked

import (
	"slices"
	"strings"
	"testing"
)

func TestServices(t *testing.T) {
	sorted := slices.IsSortedFunc(services, func(a, b linked) int { return strings.Compare(a.principal, b.principal) })
	if !sorted {
		t.Error("not in order, so find does not find")
	}
	roles := map[string]bool{}
	for _, s := range services {
		got, ok := find(s.principal)
		if !ok || got != s {
			t.Errorf("%s is not found", s.principal)
		}
		if roles[s.role] {
			t.Errorf("%s is the role of two services", s.role)
		}
		roles[s.role] = true
		if !strings.HasSuffix(s.principal, ".amazonaws.com") || !strings.HasPrefix(s.role, "AWSServiceRoleFor") || len(s.role) > longestName {
			t.Errorf("%+v", s)
		}
		if strings.ContainsAny(s.principal, `"\/`) {
			t.Errorf("%s needs escaping", s.principal)
		}
	}
}

func FuzzSplitTask(f *testing.F) {
	for _, s := range []string{"task/aws-service-role/a/b/c", "task/aws-service-role/", "task/aws-service-role/a/b/c/d", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, id string) {
		service, role, ok := splitTask(id)
		if !ok {
			if service != "" || role != "" {
				t.Fatalf("%q gives %q and %q", id, service, role)
			}
			return
		}
		if !strings.HasPrefix(id, taskPrefix+service+"/"+role+"/") || strings.Contains(service+role, "/") || service == "" || role == "" {
			t.Fatalf("%q gives %q and %q", id, service, role)
		}
	})
}
