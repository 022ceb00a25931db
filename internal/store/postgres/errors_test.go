package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mayfly-id/mayfly/internal/store"
)

func TestTranslate(t *testing.T) {
	for state, want := range map[string]struct{ unavailable, again, fresh bool }{
		"40001": {false, true, false},
		"40P01": {false, true, false},
		"23505": {false, true, false},
		"42601": {false, false, false}, // a syntax error stays one
		"57P01": {true, true, true},
		"25006": {true, true, true},
		"53300": {true, true, true},
		"08006": {true, true, true},
		"57014": {true, false, false}, // a time-out is not tried again
		"25P03": {true, false, false},
	} {
		err := translate(context.Background(), &pgconn.PgError{Code: state, Message: "secret", Detail: "Key (email)=(secret)"})
		again, fresh := rerun(err)
		if errors.Is(err, store.ErrUnavailable) != want.unavailable || again != want.again || fresh != want.fresh {
			t.Errorf("%s: %v, again %v, fresh %v", state, err, again, fresh)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error quotes the server", state)
		}
	}
	if err := translate(context.Background(), errors.New("read tcp: secret")); !errors.Is(err, store.ErrUnavailable) ||
		strings.Contains(err.Error(), "secret") {
		t.Errorf("a lost connection: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := translate(ctx, errors.New("read tcp")); !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a cancelled call: %v", err)
	}
	if again, _ := rerun(errors.New("the closure's own")); again {
		t.Error("the closure's own error is tried again")
	}
}

// TestFailedCommit: only an error that the server raised before the commit
// means that nothing happened; its number is used again, others stay in doubt.
func TestFailedCommit(t *testing.T) {
	pg := func(severity, code string) error {
		return &pgconn.PgError{SeverityUnlocalized: severity, Code: code}
	}
	for name, tc := range map[string]struct {
		err     error
		unknown bool
	}{
		"serialization failure":      {pg("ERROR", "40001"), false},
		"no room on the disk":        {pg("ERROR", "53100"), false},
		"the server shut down":       {pg("FATAL", "57P01"), true},
		"the server crashed":         {pg("PANIC", "58030"), true},
		"silence":                    {errors.New("unexpected EOF"), true},
		"a warning instead of an OK": {nil, true},
	} {
		e := &Engine{numbers: newNumbers()}
		now := time.Now()
		seq := e.numbers.next(now)
		err := e.failedCommit(tc.err, seq)
		if err == nil || errors.Is(err, store.ErrUnknownOutcome) != tc.unknown {
			t.Errorf("%s: %v", name, err)
		}
		if doubtful := len(e.numbers.doubts(now)) == 1; doubtful != tc.unknown {
			t.Errorf("%s: in doubt %v", name, doubtful)
		}
		if again := e.numbers.next(now) == seq; again == tc.unknown {
			t.Errorf("%s: number used again: %v", name, again)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]Config{
		"a broken connection string": {DSN: "postgres://user:secret@host:port/"},
		"the simple protocol":        {DSN: "host=/nowhere password=secret default_query_exec_mode=simple_protocol"},
		"a schema with a quote":      {DSN: "host=/nowhere password=secret", Schema: `a"b`},
		"a schema of the system":     {DSN: "host=/nowhere password=secret", Schema: "pg_x"},
		"no server":                  {DSN: "host=/nowhere password=secret dbname=secret"},
	} {
		e, err := Open(context.Background(), c)
		if err == nil {
			e.Close()
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error quotes the connection string: %v", name, err)
		}
	}
}
