package delegation

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/awsapi/iamapi"
	"github.com/mayfly-id/mayfly/internal/iam/record"
)

// GetHumanReadableSummary says in plain English what a delegation request asks for. It is made from the rendered policy, so it names all that
// is allowed; other languages are NOT_SUPPORTED.
func (s *Service) GetHumanReadableSummary(ctx context.Context, in *iamapi.GetHumanReadableSummaryRequest) (*iamapi.GetHumanReadableSummaryResponse, error) {
	of, id, ok := splitARN(in.EntityArn)
	if !ok {
		return nil, invalid("EntityArn must be the ARN of a delegation request.")
	}
	locale := "en"
	if in.Locale != nil {
		locale = *in.Locale
	}
	if !localeForm(locale) {
		return nil, invalid("The locale is not valid.")
	}
	if of != account(ctx) {
		return nil, iamapi.NoSuchEntityException.New("The delegation request with id %s cannot be found.", id)
	}
	row, err := find(ctx, s.db, of, id)
	if err != nil {
		return nil, err
	}
	out := &iamapi.GetHumanReadableSummaryResponse{Locale: &locale}
	state := iamapi.SummaryStateTypeNotSupported
	out.SummaryState = &state
	if language, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-"); language != "en" {
		return out, nil
	}
	content, err := summary(&row.Doc)
	if err != nil {
		return nil, err
	}
	state, out.SummaryContent = iamapi.SummaryStateTypeAvailable, &content
	return out, nil
}

// splitARN takes the ARN of a delegation request apart.
func splitARN(arn string) (account, id string, ok bool) {
	account, kind, id, ok := record.SplitARN(arn)
	return account, id, ok && kind == "delegation-request" && record.ARN(account, kind, "/", id) == arn
}

// localeForm admits a language with an optional region: "en", "en_US", "zh-CN".
func localeForm(s string) bool {
	language, region, _ := strings.Cut(strings.ReplaceAll(s, "_", "-"), "-")
	return (len(language) == 2 || len(language) == 3) && onlyOf(language, "") && onlyOf(region, "")
}

// summary words a request. It is little longer than the policy, whose 2,048 characters keep it below the 10,000 of the model's summaryContentType.
func summary(d *record.DelegationRequest) (string, error) {
	policy, err := readPolicy(d.Policy)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Account %s asks for access to this account for %s, counted from the sending of the exchange token. ", d.Requestor, spell(seconds(d.Seconds)))
	b.WriteString("It can do what is listed here as far as the identity that accepts the request can do it, and nothing else.\n")
	for _, st := range policy.statements {
		line, err := sentence(st)
		if err != nil {
			return "", err
		}
		b.WriteString(line)
	}
	if len(d.Boundaries) > 0 {
		b.WriteString("Roles that it creates stay after the access has ended, limited by a permissions boundary.\n")
	}
	return b.String(), nil
}

// sentence words one statement.
func sentence(st map[string]any) (string, error) {
	verb := "Allowed"
	if st["Effect"] == "Deny" {
		verb = "Never allowed"
	}
	actions, resources := "all actions", "everything"
	switch {
	case st["NotAction"] != nil:
		actions = "all actions except " + listed(wanted(st, "NotAction"))
	case !slices.Equal(wanted(st, "Action"), []string{"*"}):
		actions = listed(wanted(st, "Action"))
	}
	switch {
	case st["NotResource"] != nil:
		resources = "everything except " + listed(wanted(st, "NotResource"))
	case !slices.Equal(wanted(st, "Resource"), []string{"*"}):
		resources = listed(wanted(st, "Resource"))
	}
	line := "- " + verb + ": " + actions + " on " + resources
	conditions, err := conditionText(st)
	if err != nil {
		return "", err
	}
	if conditions != "" {
		line += ", if " + conditions
	}
	return line + ".\n", nil
}

// conditionText words the conditions of a statement, all of which have to be met.
func conditionText(st map[string]any) (string, error) {
	operators, _ := st["Condition"].(map[string]any)
	var all []string
	for _, operator := range slices.Sorted(maps.Keys(operators)) {
		keys, _ := operators[operator].(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			values, err := compact(keys[key])
			if err != nil {
				return "", err
			}
			all = append(all, plainly(key)+" meets "+operator+" "+values)
		}
	}
	return strings.Join(all, " and "), nil
}

func listed(items []string) string {
	out := make([]string, len(items))
	for i, s := range items {
		out[i] = plainly(s)
	}
	return strings.Join(out, ", ")
}

// plainly gives a text of the template as it is, or in quotation marks with escapes when it could be read as words of the summary: the template is
// written by those who ask for access.
func plainly(s string) string {
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == ',' || r == '"' }
	if strings.ContainsFunc(s, odd) {
		return strconv.QuoteToASCII(s)
	}
	return s
}

// spell words a duration of whole seconds.
func spell(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := d / u.of
		d -= n * u.of
		switch {
		case n == 1:
			parts = append(parts, "1 "+u.name)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, u.name))
		}
	}
	return strings.Join(parts, " ")
}
