package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/mayfly-id/mayfly/internal/store"
)

// sink records what the feed delivers.
type sink struct {
	keys   []string
	alive  int
	resets int
	beat   chan struct{}
}

func (s *sink) Alive(time.Duration, time.Time) {
	s.alive++
	select {
	case s.beat <- struct{}{}:
	default:
	}
}

func (s *sink) Changed(changes []store.Change) {
	for _, c := range changes {
		s.keys = append(s.keys, strings.Join(c.Key, "/"))
	}
}

func (s *sink) Reset() { s.resets++ }

func (s *sink) take() []string {
	keys := s.keys
	s.keys = nil
	slices.Sort(keys)
	return keys
}

func openTest(t *testing.T) *Engine {
	t.Helper()
	dsn := os.Getenv("MAYFLY_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("MAYFLY_TEST_POSTGRES is not set; see test/postgres.sh")
	}
	e, err := Open(context.Background(), Config{DSN: dsn, Schema: "t_" + strings.ToLower(rand.Text()), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := e.pool.Exec(context.Background(), `DROP SCHEMA "`+e.schema+`" CASCADE`); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// publish writes a row of the feed as another node would, so long ago.
func publish(t *testing.T, e *Engine, node string, seq int64, ago time.Duration, key string) {
	t.Helper()
	rows, err := encodeChanges([]store.Change{{Table: "t", Key: []string{key}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.pool.Exec(context.Background(), `INSERT INTO "store_changes" VALUES ($1, $2, `+nowMilli+` - $3, $4)`,
		node, seq, ago.Milliseconds(), rows)
	if err != nil {
		t.Fatal(err)
	}
}

func TestFeedDeliversOutOfOrder(t *testing.T) {
	e := openTest(t)
	ctx := context.Background()
	s := &sink{}
	p := &poller{e: e, to: s}
	expect := func(what string, keys ...string) {
		t.Helper()
		alive := s.alive
		p.poll(ctx)
		if diff := cmp.Diff(keys, s.take()); diff != "" || s.alive != alive+1 {
			t.Fatalf("%s (-want +got, alive %d):\n%s", what, s.alive-alive, diff)
		}
	}
	expect("an empty feed")
	publish(t, e, "b", 1, 0, "b1")
	publish(t, e, "b", 4, 0, "b4")
	expect("a new node", "b1", "b4")
	expect("nothing new")
	publish(t, e, "b", 3, 0, "b3")
	expect("a commit that overtook another", "b3")
	publish(t, e, "b", 2, time.Minute, "b2")
	publish(t, e, "c", 1, 0, "c1")
	expect("one that took long, and a third node", "b2", "c1")
	publish(t, e, e.node, 1, 0, "own")
	expect("own changes are known already")
	e.numbers.doubt(2, time.Now())
	expect("an own commit in doubt")
	publish(t, e, e.node, 2, 0, "doubtful")
	expect("and then it happened", "doubtful")
	expect("it is settled")
	if s.resets != 1 {
		t.Errorf("%d resets, want the one of the start", s.resets)
	}
	// A number that does not come is forgotten in the end.
	publish(t, e, "b", 6, 0, "b6")
	expect("a gap", "b6")
	p.seen["b"].gaps[5] = time.Now().Add(-gapLife - time.Second)
	expect("the last time it is asked for")
	publish(t, e, "b", 5, 0, "b5")
	expect("too late")
	if n := len(p.seen["b"].gaps); n != 0 {
		t.Errorf("%d gaps are left", n)
	}
}

func TestFeedStart(t *testing.T) {
	e := openTest(t)
	ctx := context.Background()
	publish(t, e, "b", 1, 2*settled, "settled")
	publish(t, e, "b", 3, settled/2, "recent") // 2 may still be under way
	publish(t, e, "idle", 1_000_000, 0, "idle")
	s := &sink{}
	p := &poller{e: e, to: s}
	p.poll(ctx)
	if diff := cmp.Diff([]string{"idle", "recent"}, s.take()); diff != "" || s.resets != 1 {
		t.Errorf("start: %d resets, %s", s.resets, diff)
	}
	publish(t, e, "b", 2, 0, "under way")
	publish(t, e, "idle", 999_999, 0, "under way too")
	publish(t, e, "woke", 2_000_000, 0, "woke")
	p.poll(ctx)
	if diff := cmp.Diff([]string{"under way", "under way too", "woke"}, s.take()); diff != "" {
		t.Error(diff)
	}
	if n := len(p.seen["woke"].gaps); n > startSlack {
		t.Errorf("%d gaps for a node with a long past", n)
	}
	// A feed that was away for long cannot know what it missed.
	p.last = time.Now().Add(-2 * lostAfter)
	p.poll(ctx)
	if s.resets != 2 {
		t.Errorf("%d resets after a long absence", s.resets)
	}
	p.poll(ctx)
	if s.resets != 2 {
		t.Error("every poll resets")
	}
}

// TestFeedWithoutNotifications: the promise of a second must hold when no
// wake-up ever arrives. publish sends none.
func TestFeedWithoutNotifications(t *testing.T) {
	e := openTest(t)
	ctx, cancel := context.WithCancel(context.Background())
	s := &sink{beat: make(chan struct{})}
	done := make(chan error)
	go func() { done <- e.Changes(ctx, s) }()
	<-s.beat // a beat is handed over, so s may be read between two of them
	var worst time.Duration
	for i := range 8 {
		publish(t, e, "b", int64(i+1), 0, fmt.Sprint(i))
		published := time.Now()
		for seen := false; !seen; {
			<-s.beat
			seen = slices.Contains(s.take(), fmt.Sprint(i))
		}
		worst = max(worst, time.Since(published))
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the feed ended with %v", err)
	}
	t.Logf("slowest delivery without wake-ups: %v", worst)
	if worst > time.Second {
		t.Error("that is more than a second")
	}
}

// TestWakeUps: a commit wakes the other nodes, once for many.
func TestWakeUps(t *testing.T) {
	e := openTest(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	listener, err := pgx.ConnectConfig(ctx, e.listen.Copy())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close(ctx)
	if _, err := listener.Exec(ctx, `LISTEN "`+e.channel()+`"`); err != nil {
		t.Fatal(err)
	}
	const commits = 50
	began := time.Now()
	for i := range commits {
		err := e.Update(ctx, func(c store.Conn) ([]store.Change, error) {
			_, err := c.Exec(ctx, "SELECT 1")
			return []store.Change{{Table: "t", Key: []string{fmt.Sprint(i)}}}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	most := int(time.Since(began)/notifyEvery) + 2
	n, err := listener.WaitForNotification(ctx)
	if err != nil || n.Payload != e.node {
		t.Fatalf("the first wake-up: %v, %v", n, err)
	}
	got := 1
	for ; ; got++ {
		rest, stop := context.WithTimeout(ctx, 5*notifyEvery)
		_, err := listener.WaitForNotification(rest)
		stop()
		if err != nil {
			break
		}
	}
	if got > most {
		t.Errorf("%d wake-ups for %d commits, want at most %d", got, commits, most)
	}
}

// TestListener passes on the wake-ups of others and comes back after its
// connection was ended.
func TestListener(t *testing.T) {
	e := openTest(t)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	woken, done := make(chan struct{}), make(chan struct{})
	go func() { defer close(done); e.listenLoop(ctx, woken) }()
	defer func() { cancel(); <-done }()
	notifyUntilWoken := func() {
		again := time.NewTicker(10 * time.Millisecond)
		defer again.Stop()
		for {
			if _, err := e.pool.Exec(ctx, "SELECT pg_notify($1, 'another node')", e.channel()); err != nil {
				t.Fatal(err)
			}
			select {
			case <-woken:
				return
			case <-again.C: // it may not be listening yet
			}
		}
	}
	notifyUntilWoken()
	if _, err := e.pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN "'||$1||'"'`, e.channel()); err != nil {
		t.Fatal(err)
	}
	notifyUntilWoken()
}

func TestSweepChanges(t *testing.T) {
	e := openTest(t)
	ctx := context.Background()
	publish(t, e, "b", 1, 3*keepChanges, "old")
	publish(t, e, "b", 2, 2*keepChanges, "newest of the old")
	publish(t, e, "b", 3, keepChanges/2, "young")
	publish(t, e, "gone", 1, 2*keepNodes, "of a node that is gone")
	if err := e.sweepChanges(ctx); err != nil {
		t.Fatal(err)
	}
	var left []string
	err := e.Read(ctx, func(c store.Conn) error {
		return c.Query(ctx, `SELECT "node", "seq" FROM "store_changes" ORDER BY "node", "seq"`, nil, func(v store.Values) error {
			left = append(left, fmt.Sprint(v.Text(0), v.Int(1)))
			return nil
		})
	})
	if diff := cmp.Diff([]string{"b2", "b3"}, left); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestNumbers(t *testing.T) {
	n, now := newNumbers(), time.Now()
	a, b := n.next(now), n.next(now)
	n.free(a, now)
	if c := n.next(now.Add(reuseFor - 1)); a != 1 || b != 2 || c != 1 {
		t.Errorf("got %d, %d and then %d", a, b, c)
	}
	n.free(a, now)
	if c := n.next(now.Add(reuseFor)); c != 3 {
		t.Errorf("a number that was free for long came again: %d", c)
	}
	n.free(0, now)
	if c := n.next(now); c != 4 {
		t.Errorf("freeing nothing gave %d", c)
	}
	n.doubt(0, now)
	n.doubt(7, now)
	if got := n.doubts(now.Add(gapLife)); !slices.Equal(got, []int64{7}) {
		t.Errorf("doubts: %v", got)
	}
	if got := n.doubts(now.Add(gapLife + 1)); got != nil {
		t.Errorf("doubts after their time: %v", got)
	}
}

// FuzzChanges: what can be read is what would be written.
func FuzzChanges(f *testing.F) {
	for _, s := range []string{`[["t","a","b"]]`, `[["t"]]`, `[]`, `[[]]`, `null`, `[["t",null]]`, `x`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		changes, err := decodeChanges([]byte(text))
		if err != nil {
			return
		}
		again, err := encodeChanges(changes)
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeChanges([]byte(again))
		if err != nil || cmp.Diff(changes, back) != "" {
			t.Fatalf("%q became %q: %v\n%s", text, again, err, cmp.Diff(changes, back))
		}
	})
}
