package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/mayfly-id/mayfly/internal/store"
)

// Timing of the change feed. A number is taken right before its transaction
// commits, so all that were taken before one that is settled old are decided;
// all but a commit that waits for a standby behind a lost connection, which is
// why a missing number is asked for long after that.
const (
	pollEvery   = 250 * time.Millisecond
	pollLimit   = 2 * time.Second // one poll
	notifyEvery = 20 * time.Millisecond
	settled     = 6 * txLimit
	gapLife     = keepChanges
	keepChanges = 5 * time.Minute        // rows younger than this are kept
	keepNodes   = 24 * time.Hour         // and the newest row of each node, this long
	lostAfter   = time.Minute            // a feed that was away for longer starts anew
	sweepEvery  = 30 * time.Second       // old rows are deleted
	relisten    = 500 * time.Millisecond // pause before a new listening connection
	startSlack  = 4096                   // numbers asked for again when a node's past is gone
)

// Changes implements store.Engine.
func (e *Engine) Changes(ctx context.Context, to store.Sink) error {
	woken := make(chan struct{}, 1)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		e.listenLoop(ctx, woken)
	}()
	defer func() { <-listening }()

	p := &poller{e: e, to: to}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		p.poll(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-woken:
		}
	}
}

// poller is one node's view of the feed.
type poller struct {
	e     *Engine
	to    store.Sink
	seen  map[string]*progress // by node; nil before the first success
	last  time.Time            // of the last success
	swept time.Time
}

// progress is what is known of one other node's numbers.
type progress struct {
	max  int64
	gaps map[int64]time.Time // numbers below max that were missing, and since when
}

// poll takes one look. Trouble is not reported: the sink sees that Alive fails
// to come.
func (p *poller) poll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pollLimit)
	defer cancel()
	began := time.Now()
	var at int64
	err := p.e.Read(ctx, func(c store.Conn) error {
		if p.seen == nil || began.Sub(p.last) > lostAfter {
			if err := p.start(ctx, c); err != nil {
				return err
			}
		}
		var err error
		at, err = p.look(ctx, c, began)
		return err
	})
	if err != nil {
		return
	}
	p.last = began
	p.to.Alive(time.Since(began), time.UnixMilli(at))
	if began.Sub(p.swept) > sweepEvery {
		p.swept = began
		// Rows that stay are in nobody's way; the next round tries again.
		_ = p.e.sweepChanges(ctx)
	}
}

// start forgets everything and finds, for each node, the number up to which
// all is decided.
func (p *poller) start(ctx context.Context, c store.Conn) error {
	seen := make(map[string]*progress)
	nodes, err := p.nodes(ctx, c)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		base := int64(0)
		err := c.Query(ctx, `SELECT "seq" FROM "store_changes" WHERE "node" = $1 AND "at" < `+nowMilli+` - $2
			ORDER BY "seq" DESC LIMIT 1`, []any{node, settled.Milliseconds()}, func(v store.Values) error {
			base = v.Int(0)
			return nil
		})
		if err == nil && base == 0 {
			base, err = p.oldest(ctx, c, node)
		}
		if err != nil {
			return err
		}
		seen[node] = &progress{max: base, gaps: make(map[int64]time.Time)}
	}
	p.seen = seen
	p.last = time.Now()
	p.to.Reset()
	return nil
}

// oldest returns where to begin with a node whose earlier numbers are unknown:
// before all of its rows, by enough to ask for what may still be under way.
func (p *poller) oldest(ctx context.Context, c store.Conn, node string) (base int64, err error) {
	err = c.Query(ctx, `SELECT "seq" FROM "store_changes" WHERE "node" = $1 ORDER BY "seq" LIMIT 1`, []any{node},
		func(v store.Values) error {
			base = max(v.Int(0)-startSlack, 0)
			return nil
		})
	return base, err
}

// nodes lists the other nodes that have rows, one index probe for each.
func (p *poller) nodes(ctx context.Context, c store.Conn) ([]string, error) {
	var nodes []string
	err := c.Query(ctx, `WITH RECURSIVE n AS (
		(SELECT "node" FROM "store_changes" ORDER BY "node" LIMIT 1)
		UNION ALL
		SELECT (SELECT "node" FROM "store_changes" WHERE "node" > n."node" ORDER BY "node" LIMIT 1)
		FROM n WHERE n."node" IS NOT NULL)
		SELECT "node" FROM n WHERE "node" IS NOT NULL AND "node" <> $1`, []any{p.e.node},
		func(v store.Values) error {
			nodes = append(nodes, v.Text(0))
			return nil
		})
	return nodes, err
}

// look fetches what is new and what was missing. It returns the server's clock.
func (p *poller) look(ctx context.Context, c store.Conn, now time.Time) (at int64, err error) {
	if err := p.meet(ctx, c); err != nil {
		return 0, err
	}
	var names, gapNames []string
	var maxes, gaps []int64
	for node, pr := range p.seen {
		names, maxes = append(names, node), append(maxes, pr.max)
		for seq := range pr.gaps {
			gapNames, gaps = append(gapNames, node), append(gaps, seq)
		}
	}
	for _, seq := range p.e.numbers.doubts(now) {
		gapNames, gaps = append(gapNames, p.e.node), append(gaps, seq)
	}
	err = c.Query(ctx, `SELECT "node", "seq", "rows" FROM (
			SELECT c."node", c."seq", c."rows" FROM UNNEST($1::TEXT[], $2::BIGINT[]) AS k("name", "max")
				JOIN "store_changes" AS c ON c."node" = k."name" AND c."seq" > k."max"
			UNION ALL
			SELECT c."node", c."seq", c."rows" FROM UNNEST($3::TEXT[], $4::BIGINT[]) AS g("name", "gap")
				JOIN "store_changes" AS c ON c."node" = g."name" AND c."seq" = g."gap"
		) AS x`, []any{names, maxes, gapNames, gaps}, func(v store.Values) error {
		changes, err := decodeChanges(v.Bytes(2))
		if err != nil {
			return err
		}
		p.to.Changed(changes)
		p.arrived(v.Text(0), v.Int(1), now)
		return nil
	})
	if err != nil {
		// Some rows were counted as seen before the rest failed to come. They
		// were delivered too; gaps keep the others.
		return 0, err
	}
	p.forget(now)
	err = c.Query(ctx, "SELECT "+nowMilli, nil, func(v store.Values) error {
		at = v.Int(0)
		return nil
	})
	return at, err
}

// meet begins with nodes that are new, and forgets those whose rows are gone.
func (p *poller) meet(ctx context.Context, c store.Conn) error {
	nodes, err := p.nodes(ctx, c)
	if err != nil {
		return err
	}
	for _, node := range nodes {
		if p.seen[node] != nil {
			continue
		}
		base, err := p.oldest(ctx, c, node)
		if err != nil {
			return err
		}
		p.seen[node] = &progress{max: base, gaps: make(map[int64]time.Time)}
	}
	for node := range p.seen {
		if !slices.Contains(nodes, node) {
			delete(p.seen, node)
		}
	}
	return nil
}

// arrived counts a number as seen and those it skipped as missing.
func (p *poller) arrived(node string, seq int64, now time.Time) {
	if node == p.e.node {
		p.e.numbers.settle(seq)
		return
	}
	pr := p.seen[node]
	for s := pr.max + 1; s < seq; s++ {
		pr.gaps[s] = now
	}
	delete(pr.gaps, seq)
	pr.max = max(pr.max, seq)
}

func (p *poller) forget(now time.Time) {
	for _, pr := range p.seen {
		for seq, since := range pr.gaps {
			if now.Sub(since) > gapLife {
				delete(pr.gaps, seq)
			}
		}
	}
}

// sweepChanges deletes rows everybody has seen, but for the newest of each
// node that was lately there: its number tells a starting node where to begin.
func (e *Engine) sweepChanges(ctx context.Context) error {
	return e.Read(ctx, func(c store.Conn) error {
		_, err := c.Exec(ctx, `DELETE FROM "store_changes" AS c WHERE c."at" < `+nowMilli+` - $1 AND
			(c."at" < `+nowMilli+` - $2 OR EXISTS (SELECT 1 FROM "store_changes" AS newer WHERE
				newer."node" = c."node" AND newer."seq" > c."seq" AND newer."at" < `+nowMilli+` - $1))`,
			keepChanges.Milliseconds(), keepNodes.Milliseconds())
		return err
	})
}

// poke asks the notifier to wake the other nodes.
func (e *Engine) poke() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// notify sends at most one NOTIFY per notifyEvery. NOTIFY takes a lock that
// covers the whole database, so it has a statement of its own.
func (e *Engine) notify(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		}
		limited, cancel := context.WithTimeout(ctx, pollLimit)
		// The poll finds the change anyway, so a lost wake-up is no error.
		_, _ = e.pool.Exec(limited, "SELECT pg_notify($1, $2)", e.channel(), e.node)
		cancel()
		if sleep(ctx, notifyEvery) != nil {
			return
		}
	}
}

func (e *Engine) channel() string { return "mayfly_" + e.schema }

// listenLoop keeps a listening connection and passes on wake-ups of others.
func (e *Engine) listenLoop(ctx context.Context, woken chan<- struct{}) {
	for ctx.Err() == nil {
		// The poll does without, so the error is not worth more than a pause.
		_ = e.listenOnce(ctx, woken)
		_ = sleep(ctx, relisten)
	}
}

func (e *Engine) listenOnce(ctx context.Context, woken chan<- struct{}) (err error) {
	c, err := pgx.ConnectConfig(ctx, e.listen.Copy())
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = errors.Join(err, c.Close(closing))
	}()
	if _, err := c.Exec(ctx, `LISTEN "`+e.channel()+`"`); err != nil {
		return err
	}
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Payload != e.node {
			select {
			case woken <- struct{}{}:
			default:
			}
		}
	}
}
