package account

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

const (
	// reportLife is how long a report is good. No newer one is made before
	// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html).
	reportLife = 4 * time.Hour
	// reportPause is the time after which Run looks for requests that it has not been told of, such as those of other nodes that have ended.
	reportPause = time.Minute
)

func reportExpired(r *record.CredentialReport, now time.Time) bool {
	return !now.Before(r.Generated.Add(reportLife))
}

// GenerateCredentialReport asks for a credential report. It is made in the background; a good one, or one that is being made, is not made
// again.
func (s *Service) GenerateCredentialReport(ctx context.Context, _ *wire.Empty) (*iamapi.GenerateCredentialReportResponse, error) {
	id := account(ctx)
	var state iamapi.ReportStateType
	err := s.db.Update(ctx, func(w store.Writer) error {
		state = iamapi.ReportStateTypeStarted
		row, err := record.CredentialReports.Get(ctx, w, id)
		if edge.Gone(err) {
			return record.CredentialReports.Insert(ctx, w, &record.CredentialReport{Account: id, Requested: s.now()})
		}
		if err != nil {
			return err
		}
		switch {
		case row.Doc.Generated.IsZero():
			state = iamapi.ReportStateTypeInprogress
			return nil
		case !reportExpired(&row.Doc, s.now()):
			state = iamapi.ReportStateTypeComplete
			return nil
		}
		row.Doc = record.CredentialReport{Account: id, Requested: s.now()}
		return record.CredentialReports.Update(ctx, w, &row)
	})
	if err != nil {
		return nil, err
	}
	out := &iamapi.GenerateCredentialReportResponse{State: &state}
	if state == iamapi.ReportStateTypeStarted {
		why := "No report exists. Starting a new report generation task"
		out.Description = &why
		select {
		case s.wake <- struct{}{}:
		default: // Run has been woken already, and will find this one, too
		}
	}
	return out, nil
}

// GetCredentialReport gives the report. What is said when there is none is AWS's.
func (s *Service) GetCredentialReport(ctx context.Context, _ *wire.Empty) (*iamapi.GetCredentialReportResponse, error) {
	const unknown = "Unknown"
	row, err := record.CredentialReports.Get(ctx, s.db, account(ctx))
	switch {
	case edge.Gone(err):
		return nil, iamapi.CredentialReportNotPresentException.New(unknown)
	case err != nil:
		return nil, err
	case row.Doc.Generated.IsZero():
		return nil, iamapi.CredentialReportNotReadyException.New(unknown)
	case reportExpired(&row.Doc, s.now()):
		return nil, iamapi.CredentialReportExpiredException.New(unknown)
	}
	content, err := unpack(row.Doc.Packed)
	if err != nil {
		return nil, err
	}
	format := iamapi.ReportFormatTypeTextCsv
	return &iamapi.GetCredentialReportResponse{Content: content, GeneratedTime: &row.Doc.Generated, ReportFormat: &format}, nil
}

// Run makes the reports that are asked for, until ctx ends. Failures are reported, and tried again.
func (s *Service) Run(ctx context.Context, report func(error)) {
	t := time.NewTicker(reportPause)
	defer t.Stop()
	for {
		if err := s.MakeReports(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-t.C:
		}
	}
}

// MakeReports is one pass of Run: it makes what is asked for, account by account. Of nodes that make the same report one is heard. A report that
// fails does not keep others from being made.
func (s *Service) MakeReports(ctx context.Context) error {
	var failures []error
	for row, err := range record.CredentialReports.All(ctx, s.db, store.Query{Index: "pending"}) {
		if err != nil {
			return errors.Join(append(failures, fmt.Errorf("iam: credential reports: %w", err))...)
		}
		switch err := s.makeReport(ctx, &row); {
		case err == nil, errors.Is(err, store.ErrConflict):
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			failures = append(failures, fmt.Errorf("iam: credential report of %s: %w", row.Doc.Account, err))
		}
	}
	return errors.Join(failures...)
}

func (s *Service) makeReport(ctx context.Context, row *store.Row[record.CredentialReport]) error {
	content, err := s.report(ctx, row.Doc.Account)
	if err != nil {
		return err
	}
	if row.Doc.Packed, err = pack(content); err != nil {
		return err
	}
	row.Doc.Generated = s.now().UTC().Truncate(time.Second)
	return s.db.Update(ctx, func(w store.Writer) error { return record.CredentialReports.Update(ctx, w, row) })
}

// longestReport bounds a report, in bytes: 5,000 users with the longest names and paths have half of it.
const longestReport = 16 << 20

// pack compresses a report.
func pack(content string) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, content)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("iam: credential report: %w", err)
	}
	return b.Bytes(), nil
}

// unpack gives a report as it was before pack.
func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("iam: credential report: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(r, longestReport+1))
	if err == nil && len(content) > longestReport {
		err = errors.New("too long")
	}
	if err != nil {
		return nil, fmt.Errorf("iam: credential report: %w", err)
	}
	return content, nil
}
