package userimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/store"
)

const (
	batchRows = 50               // rows of one transaction: other writers wait for some hundredths of a second at most
	leaseTime = 30 * time.Second // after which another node takes a job over
	lookEvery = 5 * time.Second  // how often a node looks for jobs that others started or left
)

// Run works jobs off until the context ends.
func (s *Service) Run(ctx context.Context, report func(error)) {
	owner, err := draw.UUID(s.Random)
	if err != nil {
		report(err)
		return
	}
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		if err := s.work(ctx, owner); err != nil && ctx.Err() == nil {
			report(fmt.Errorf("user import: %w", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-t.C:
		}
	}
}

// work takes every job that nobody works on, and brings it to its end.
func (s *Service) work(ctx context.Context, owner string) error {
	page, err := jobs.List(ctx, s.Store, store.Query{Index: "by_activity", Prefix: []string{"active"}, Limit: store.MaxLimit})
	if err != nil {
		return err
	}
	var errs []error
	for i := range page.Rows {
		j, err := s.claim(ctx, page.Rows[i].Doc.PoolID, page.Rows[i].Doc.ID, owner)
		if err == nil && j != nil {
			err = s.run(ctx, j)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// claim takes the lease of a job; nil when another worker has it.
func (s *Service) claim(ctx context.Context, poolID, jobID, owner string) (*job, error) {
	var out *job
	err := s.Store.Update(ctx, func(w store.Writer) error {
		out = nil
		row, err := jobs.Get(ctx, w, poolID, jobID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if !row.Doc.Status.active() || row.Doc.Owner != owner && s.Now().Before(row.Doc.Lease) {
			return nil
		}
		row.Doc.Owner, row.Doc.Lease = owner, s.Now().Add(leaseTime)
		if row.Doc.Status == pending {
			row.Doc.Status = inProgress
		}
		j := row.Doc
		out = &j
		return jobs.Update(ctx, w, &row)
	})
	return out, err
}

// run imports the rest of a job's file.
func (s *Service) run(ctx context.Context, j *job) error {
	columns, size, problem, err := s.header(ctx, j)
	if err != nil {
		return err
	}
	if problem != "" {
		return s.end(ctx, j, failed, problem)
	}
	if j.Offset == 0 {
		j.Offset, j.Line = size, 1
	}
	rows := newLines(s.open(ctx, j, j.Offset))
	for {
		b, err := s.read(rows, columns)
		if errors.Is(err, errFileCut) {
			return s.end(ctx, j, failed, "A part of the file is gone.")
		}
		if err != nil {
			return err
		}
		if j.Line-1+len(b.rows) > maxRows {
			return s.end(ctx, j, failed, "The file has more than 500000 rows.")
		}
		state, err := s.commit(ctx, j, b)
		if err != nil {
			return err
		}
		s.log(ctx, j, b.refused)
		switch {
		case state == stopping:
			return s.end(ctx, j, stopped, "The user import job was stopped.")
		case state != inProgress:
			return nil // the pool is gone, or another worker has taken over
		case b.last:
			return s.end(ctx, j, succeeded, "Import Job Completed Successfully.")
		}
	}
}

// header reads the first row of a file. The problem says what is wrong with it; empty: nothing.
func (s *Service) header(ctx context.Context, j *job) (columns []string, size int64, problem string, err error) {
	row, err := directory.Pools.Get(ctx, s.Store, j.PoolID)
	if err != nil {
		return nil, 0, "", err
	}
	text, size, err := newLines(s.open(ctx, j, 0)).next()
	if err == nil {
		columns, err = fields(strings.TrimPrefix(text, byteOrderMark))
	}
	switch {
	case err == nil:
		return columns, size, checkHeader(&row.Doc, columns), nil
	case errors.Is(err, io.EOF), errors.Is(err, errRowLong), errors.Is(err, errRowText), errors.Is(err, errRowQuote), errors.Is(err, errFileCut):
		return nil, 0, "The header row could not be read.", nil
	}
	return nil, 0, "", err
}

// byteOrderMark is what some spreadsheets write before a file.
const byteOrderMark = "\ufeff"

// batch is a few rows of a file.
type batch struct {
	rows    [][]string // nil where the row could not be read, or is empty
	why     []string   // what was wrong with it
	columns []string
	size    int64
	last    bool
	refused []refusal
}

// refusal is a row that was not imported.
type refusal struct {
	Line   int    `json:"line"`
	Status string `json:"status"` // FAILED or SKIPPED
	Reason string `json:"reason"`
}

func (s *Service) read(rows *lines, columns []string) (*batch, error) {
	b := &batch{columns: columns}
	for len(b.rows) < batchRows {
		text, size, err := rows.next()
		b.size += size
		var values []string
		switch {
		case errors.Is(err, io.EOF):
			b.last = true
			return b, nil
		case errors.Is(err, errRowLong), errors.Is(err, errRowText):
		case err != nil:
			return nil, err
		case text != "":
			values, err = fields(text)
		}
		b.rows = append(b.rows, values)
		if err != nil {
			b.why = append(b.why, err.Error())
		} else {
			b.why = append(b.why, "")
		}
	}
	return b, nil
}

// commit makes the users of a batch and moves the job on, in one transaction. It gives the job's status; one that is not in progress any more, or that
// another worker has, leaves everything as it was.
func (s *Service) commit(ctx context.Context, j *job, b *batch) (status, error) {
	var state status
	var done job
	err := s.Store.Update(ctx, func(w store.Writer) error {
		b.refused = nil
		row, err := jobs.Get(ctx, w, j.PoolID, j.ID)
		if errors.Is(err, store.ErrNotFound) {
			state = failed
			return nil
		}
		if err != nil {
			return err
		}
		pool, err := directory.Pools.Get(ctx, w, j.PoolID)
		if err != nil {
			return err
		}
		if state = row.Doc.Status; state != inProgress || row.Doc.Owner != j.Owner || row.Doc.Offset > j.Offset {
			if row.Doc.Owner != j.Owner {
				state = failed
			}
			return nil
		}
		row.Doc.Offset, row.Doc.Line = j.Offset+b.size, j.Line+len(b.rows)
		row.Doc.Lease = s.Now().Add(leaseTime)
		if err := s.insert(ctx, w, &pool.Doc, &row.Doc, b, j.Line); err != nil {
			return err
		}
		done = row.Doc
		return jobs.Update(ctx, w, &row)
	})
	if err == nil && state == inProgress {
		*j = done
	}
	return state, err
}

// insert makes the users of a batch, and counts.
func (s *Service) insert(ctx context.Context, w store.Writer, p *directory.Pool, j *job, b *batch, line int) error {
	now := s.Now().UTC().Truncate(time.Millisecond)
	for i, values := range b.rows {
		at, problem := line+i+1, b.why[i]
		if values == nil && problem == "" {
			continue // an empty line
		}
		sub, err := draw.UUID(s.Random)
		if err != nil {
			return err
		}
		var u *directory.User
		if problem == "" {
			u, problem = newUser(p, b.columns, values, sub, now)
		}
		if problem != "" {
			j.Failed++
			b.refused = append(b.refused, refusal{at, "FAILED", problem})
			continue
		}
		there, err := exists(ctx, w, p, u)
		if err != nil {
			return err
		}
		if there {
			j.Skipped++
			b.refused = append(b.refused, refusal{at, "SKIPPED", "a user with this name exists"})
			continue
		}
		if err := directory.InsertUser(ctx, w, p, u); err != nil {
			return err
		}
		j.Imported++
	}
	return nil
}

// end finishes a job: its file goes, its counts stay.
func (s *Service) end(ctx context.Context, j *job, state status, message string) error {
	if _, err := s.finish(ctx, j, state, message); err != nil {
		return err
	}
	s.writeLine(ctx, j, struct {
		Job      string `json:"jobId"`
		Status   status `json:"status"`
		Message  string `json:"message"`
		Imported int64  `json:"imported"`
		Skipped  int64  `json:"skipped"`
		Failed   int64  `json:"failed"`
	}{j.ID, state, message, j.Imported, j.Skipped, j.Failed})
	return nil
}

func (s *Service) finish(ctx context.Context, j *job, state status, message string) (done bool, err error) {
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := jobs.Get(ctx, w, j.PoolID, j.ID)
		if errors.Is(err, store.ErrNotFound) || err == nil && (row.Doc.Owner != j.Owner || !row.Doc.Status.active()) {
			return nil
		}
		if err != nil {
			return err
		}
		row.Doc.Status, row.Doc.Message, row.Doc.Completed = state, message, s.Now().UTC().Truncate(time.Millisecond)
		row.Doc.Owner, row.Doc.Lease = "", time.Time{}
		if _, err := chunks.DeleteAll(ctx, w, "", j.ID); err != nil {
			return err
		}
		done = true
		return jobs.Update(ctx, w, &row)
	})
	return done, err
}

// log writes a line for each row that was not imported. A log that takes nothing does not stop the import: the counts are in the store.
func (s *Service) log(ctx context.Context, j *job, refused []refusal) {
	for _, r := range refused {
		s.writeLine(ctx, j, struct {
			Job string `json:"jobId"`
			refusal
		}{j.ID, r})
	}
}

func (s *Service) writeLine(ctx context.Context, j *job, v any) {
	line, err := json.Marshal(v)
	if err != nil {
		return
	}
	_ = s.Log.Write(ctx, "user-import/"+j.PoolID, line) // see log
}
