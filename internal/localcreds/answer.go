package localcreds

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/mayfly-id/mayfly/credentials"
)

// failure is an answer without credentials, as the container provider of the SDK for Go reads it: JSON of code and message.
type failure struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (f *failure) write(w http.ResponseWriter) { writeJSON(w, f.status, f) }

func notFound() *failure {
	return &failure{http.StatusNotFound, "NotFound", "there is nothing at this path"}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // structs of texts can be written, whatever is in them
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	write(w, status, "application/json", b)
}

func write(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a peer that has gone needs no answer
}

// timeForm is the one form of a time that all clients read: botocore's metadata provider takes whole seconds with a Z, and no other.
const timeForm = "2006-01-02T15:04:05Z"

// reask is when clients are to ask again for credentials that do not end. Without an Expiration botocore fails.
const reask = time.Hour

// expiration says when a client has to ask again.
func (s *Server) expiration(c *aws.Credentials) string {
	if !c.CanExpire {
		return s.now().Add(reask).UTC().Format(timeForm)
	}
	return c.Expires.UTC().Format(timeForm) // cuts the fraction: never later than the end
}

// retrieve asks the provider. Credentials that are incomplete are none. Whether they have ended, the provider knows better: this machine's clock may be wrong.
func (s *Server) retrieve(ctx context.Context) (*aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	c, err := s.provider.Retrieve(ctx)
	if err == nil && !c.HasKeys() {
		err = errIncomplete
	}
	if err != nil {
		s.failed(err)
		return nil, err
	}
	return &c, nil
}

var errIncomplete = errors.New("localcreds: the provider gave no complete credentials")

// unavailable puts into words why there are no credentials. Only what the client library says of itself is repeated: the errors of other providers may quote
// what they were sent.
func unavailable(err error) *failure {
	f := &failure{http.StatusServiceUnavailable, "CredentialsUnavailable", "credentials cannot be had right now"}
	var login *credentials.LoginRequiredError
	var refused *credentials.ServiceError
	var silent *credentials.UnreachableError
	var asked *credentials.ChallengeError
	switch {
	case errors.As(err, &login):
		f.Code, f.Message = codeLogin, login.Error()
	case errors.As(err, &refused):
		f.Message = refused.Error()
	case errors.As(err, &silent):
		f.Message = silent.Service + " at " + silent.Host + " cannot be reached"
	case errors.As(err, &asked):
		f.Code, f.Message = codeLogin, asked.Error()
	case errors.Is(err, errIncomplete):
		f.Message = err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		f.Message = "credentials did not come in time"
	}
	return f
}

// codeLogin is the code of a refusal that only a person can end.
const codeLogin = "LoginRequired"
