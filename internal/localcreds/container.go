package localcreds

import (
	"crypto/subtle"
	"net/http"
)

// containerPath is where the container endpoint has its credentials.
const containerPath = "/"

// containerCredentials are credentials as the container endpoint of Amazon ECS and Amazon EKS gives them.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
type containerCredentials struct {
	AccessKeyId     string
	SecretAccessKey string
	Token           string // stays, though empty, as botocore reads it in any case
	Expiration      string
	AccountId       string `json:",omitempty"`
}

// container answers the container endpoint.
func (s *Server) container(w http.ResponseWriter, r *http.Request) {
	if !get(w, r) {
		return
	}
	if f := s.unauthorized(r); f != nil {
		f.write(w)
		return
	}
	c, err := s.retrieve(r.Context())
	if err != nil {
		unavailable(err).write(w)
		return
	}
	writeJSON(w, http.StatusOK, &containerCredentials{
		AccessKeyId: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, Token: c.SessionToken, Expiration: s.expiration(c), AccountId: c.AccountID,
	})
}

// unauthorized tells why a request does not have the token. nil: it has. The token stands in Authorization as it is, without a scheme, which is how every SDK
// sends AWS_CONTAINER_AUTHORIZATION_TOKEN.
func (s *Server) unauthorized(r *http.Request) *failure {
	sent := r.Header["Authorization"]
	if len(sent) == 0 {
		return &failure{http.StatusUnauthorized, "Unauthorized", "the request has no token; AWS_CONTAINER_AUTHORIZATION_TOKEN or its file is to hold it"}
	}
	if len(sent) > 1 || subtle.ConstantTimeCompare([]byte(sent[0]), []byte(s.token)) != 1 {
		return &failure{http.StatusForbidden, "Forbidden", "the token of the request is not that of this endpoint"}
	}
	return nil
}
