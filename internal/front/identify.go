package front

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/mayfly-id/mayfly/internal/wire"
)

// identify reads the bounded body and finds service, operation and region.
func (x *exchange) identify() error {
	if err := x.readBody(); err != nil {
		return err
	}
	if x.hostReg = regionOfHost(x.r.Host); x.hostReg != "" {
		x.req.Region = x.hostReg
	}
	var err error
	switch targets := x.r.Header.Values("X-Amz-Target"); {
	case len(targets) > 1: // two readers could see two operations
		err = errUnknownOperation.New("")
	case len(targets) == 1 && targets[0] != "":
		err = x.identifyTarget(targets[0])
	case x.isQuery():
		err = x.identifyQuery()
	default:
		err = x.identifyRoute()
	}
	if err != nil {
		return err
	}
	x.req.Service, x.req.Operation = x.service.Name, x.entry.Operation.Name
	return nil
}

func (x *exchange) readBody() error {
	if x.r.ContentLength > MaxBody {
		return errTooLarge.New("Request size exceeded: the limit is %d bytes", MaxBody)
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, MaxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return errTooLarge.New("Request size exceeded: the limit is %d bytes", MaxBody)
	}
	if err != nil {
		return errMalformed.New("The request body could not be read").Because(err)
	}
	x.body = body
	return nil
}

// identifyTarget reads X-Amz-Target: Prefix.Operation (awsJson 1.1).
func (x *exchange) identifyTarget(target string) error {
	prefix, name, _ := strings.Cut(target, ".")
	x.service = x.server.Registry.Target(prefix)
	if x.service == nil || x.r.Method != http.MethodPost {
		return errUnknownOperation.New("")
	}
	if x.entry = x.server.Registry.Operation(x.service, name); x.entry == nil {
		return errUnknownOperation.New("")
	}
	return nil
}

func (x *exchange) isQuery() bool {
	if x.r.URL.Path != "/" {
		return false
	}
	if x.r.Method == http.MethodGet {
		return x.r.URL.RawQuery != ""
	}
	media, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	return x.r.Method == http.MethodPost && (err != nil || media == "application/x-www-form-urlencoded")
}

// identifyQuery reads Action and Version (awsQuery). What travels in the query string of a POST may only be authentication, so that there is one
// place for each parameter.
func (x *exchange) identifyQuery() error {
	text := string(x.body)
	if x.r.Method == http.MethodGet {
		text = x.r.URL.RawQuery
	} else if other := withoutAuth(x.r.URL.RawQuery); other != "" {
		return errMalformedQuery.New("Parameters of a POST request belong in its body")
	}
	form, err := wire.ParseForm(text)
	if err != nil {
		return errMalformedQuery.New("The query string is malformed: %s", err)
	}
	x.form = form
	version, _ := form.Get("Version")
	if x.service = x.server.Registry.QueryVersion(version); x.service == nil {
		return errMissingAction.New("Could not find operation for version %s", printable(version))
	}
	name, ok := form.Get("Action")
	if !ok {
		return errMissingAction.New("The request must contain the parameter Action")
	}
	if x.entry = x.server.Registry.Operation(x.service, name); x.entry == nil {
		return errInvalidAction.New("Could not find operation %s for version %s", printable(name), version)
	}
	return nil
}

func withoutAuth(rawQuery string) string {
	var rest []string
	for _, p := range strings.Split(rawQuery, "&") {
		if !strings.HasPrefix(p, "X-Amz-") {
			rest = append(rest, p)
		}
	}
	return strings.Join(rest, "&")
}

func (x *exchange) identifyRoute() error {
	x.entry, x.labels = x.server.Registry.Route(x.r.Method, x.r.URL.EscapedPath()+"?"+x.r.URL.RawQuery)
	if x.entry == nil {
		return errUnknownOperation.New("")
	}
	x.service = x.entry.Service
	form, err := wire.ParseForm(x.r.URL.RawQuery)
	if err != nil {
		return errMalformed.New("The query string is malformed: %s", err)
	}
	x.form = form
	return nil
}

// printable bounds what of a request is repeated in an answer.
func printable(s string) string {
	if len(s) > 128 {
		s = s[:128]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
