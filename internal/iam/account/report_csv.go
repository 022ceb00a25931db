package account

import (
	"cmp"
	"context"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/iam/edge"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/store"
)

// What a report says where there is no value (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html).
const (
	notApplicable = "N/A"
	noInformation = "no_information"
	notSupported  = "not_supported"
)

// reportedMost is how many access keys and certificates of one user a report shows.
const reportedMost = 2

// reportHeader is the columns of a report, in AWS's order.
func reportHeader() []string {
	h := []string{"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active"}
	for i := range reportedMost {
		key := "access_key_" + strconv.Itoa(i+1)
		h = append(h, key+"_active", key+"_last_rotated", key+"_last_used_date", key+"_last_used_region", key+"_last_used_service")
	}
	for i := range reportedMost {
		cert := "cert_" + strconv.Itoa(i+1)
		h = append(h, cert+"_active", cert+"_last_rotated")
	}
	return h
}

// reportMore is the last column. AWS's guide has it and AWS's reports leave it out, where nobody has more than the columns before it tell: so do these.
const reportMore = "additional_credentials_info"

// report writes the report of an account: its root, then its users by name. The text has no line break at its end, as AWS's has none.
func (s *Service) report(ctx context.Context, account string) (string, error) {
	since, err := record.RootSince(ctx, s.db, account)
	if err != nil {
		return "", err
	}
	policy, err := record.PasswordPolicies.Get(ctx, s.db, account)
	if err != nil && !edge.Gone(err) {
		return "", err
	}
	owners := []reported{{account: account, id: account, name: "<root_account>", arn: record.RootARN(account), since: since, root: true}}
	for row, err := range record.Users.All(ctx, s.db, store.Query{Index: "by_name", Prefix: []string{account}, Limit: store.MaxLimit}) {
		if err != nil {
			return "", err
		}
		u := &row.Doc
		owners = append(owners, reported{account: account, id: u.ID, name: u.Name, arn: u.ARN(), since: u.Created, maxAge: policy.Doc.MaxAge})
	}
	lines := [][]string{reportHeader()}
	for i := range owners {
		line, err := s.reportLine(ctx, &owners[i])
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	if err := s.reportRest(ctx, account, lines); err != nil {
		return "", err
	}
	var b strings.Builder
	err = csv.NewWriter(&b).WriteAll(lines)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// reportRest adds a column with the number of access keys that the other columns have no place for, and how to list them, if there are any. Only
// the root, which is on the second line, can have so many: an operator sets its keys, and a quota bounds those of users.
func (s *Service) reportRest(ctx context.Context, account string, lines [][]string) error {
	n, err := record.AccessKeys.Count(ctx, s.db, "by_owner", account)
	if err != nil || n <= reportedMost {
		return err
	}
	for i := range lines {
		lines[i] = append(lines[i], notApplicable)
	}
	last := len(lines[0]) - 1
	lines[0][last], lines[1][last] = reportMore, strconv.FormatInt(n-reportedMost, 10)+" additional access keys: ListAccessKeys"
	return nil
}

// reported is whom a line of the report is about: a user, or the account's root.
type reported struct {
	account, id, name, arn string
	since                  time.Time
	root                   bool
	maxAge                 int // days after which the account's policy wants another password; 0: never
}

func (s *Service) reportLine(ctx context.Context, o *reported) ([]string, error) {
	line := []string{o.name, o.arn, reportTime(o.since)}
	password, err := s.reportPassword(ctx, o)
	if err != nil {
		return nil, err
	}
	devices, err := record.CountMFADevices(ctx, s.db, o.account, o.id)
	if err != nil {
		return nil, err
	}
	keys, err := s.reportKeys(ctx, o.id)
	if err != nil {
		return nil, err
	}
	certificates, err := s.reportCertificates(ctx, o.id)
	if err != nil {
		return nil, err
	}
	line = append(append(line, password...), strconv.FormatBool(devices > 0))
	return append(append(line, keys...), certificates...), nil
}

// reportPassword says whether there is a password, when it was last used and changed, and when it has to be changed. Passwords of IAM sign
// nobody in on this server, so there is no information on their use.
func (s *Service) reportPassword(ctx context.Context, o *reported) ([]string, error) {
	rotation := notApplicable
	if o.root {
		rotation = notSupported
	}
	p, err := record.LoginProfiles.Get(ctx, s.db, o.account, o.id)
	if edge.Gone(err) {
		return []string{"false", notApplicable, notApplicable, rotation}, nil
	}
	if err != nil {
		return nil, err
	}
	if !o.root && o.maxAge > 0 {
		rotation = reportTime(p.Doc.Changed.AddDate(0, 0, o.maxAge))
	}
	return []string{"true", noInformation, reportTime(p.Doc.Changed), rotation}, nil
}

// reportKeys says of two access keys, by their ids, whether they are active, when they were made and last used, where and for what.
func (s *Service) reportKeys(ctx context.Context, owner string) ([]string, error) {
	q := store.Query{Index: "by_owner", Prefix: []string{owner}, Limit: reportedMost}
	page, err := record.AccessKeys.List(ctx, s.db, q)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range page.Rows {
		k := &page.Rows[i].Doc
		date, region, service := notApplicable, notApplicable, notApplicable
		use, ok, err := s.uses.Last(ctx, k.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			date, region, service = reportTime(use.At), cmp.Or(use.Region, notApplicable), cmp.Or(use.Service, notApplicable)
		}
		out = append(out, strconv.FormatBool(k.Active), reportTime(k.Created), date, region, service)
	}
	for range reportedMost - len(page.Rows) {
		out = append(out, "false", notApplicable, notApplicable, notApplicable, notApplicable)
	}
	return out, nil
}

// reportCertificates says of two signing certificates whether they are active and when they were uploaded: inactive ones first, as AWS has it.
func (s *Service) reportCertificates(ctx context.Context, owner string) ([]string, error) {
	page, err := record.SigningCertificates.List(ctx, s.db, store.Query{Index: "by_owner", Prefix: []string{owner}, Limit: reportedMost})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(page.Rows, func(a, b store.Row[record.SigningCertificate]) int {
		if a.Doc.Active != b.Doc.Active {
			if b.Doc.Active {
				return -1
			}
			return 1
		}
		return a.Doc.Uploaded.Compare(b.Doc.Uploaded)
	})
	var out []string
	for i := range page.Rows {
		out = append(out, strconv.FormatBool(page.Rows[i].Doc.Active), reportTime(page.Rows[i].Doc.Uploaded))
	}
	for range reportedMost - len(page.Rows) {
		out = append(out, "false", notApplicable)
	}
	return out, nil
}

func reportTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
