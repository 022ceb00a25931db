package localcreds

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The paths of the instance metadata service that are answered.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
const (
	sessionPath  = "/latest/api/token"
	metadataPath = "/latest/meta-data/"
	dynamicPath  = "/latest/dynamic/"
	rolesPath    = metadataPath + "iam/security-credentials/"
	regionPath   = metadataPath + "placement/region"
	documentPath = dynamicPath + "instance-identity/document"
)

const (
	lifeHeader    = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds"
	sessionHeader = "X-Aws-Ec2-Metadata-Token"
	mostLife      = 21600 // seconds: 6 hours
)

func underMetadata(path string) bool {
	return strings.HasPrefix(path, metadataPath) || strings.HasPrefix(path, dynamicPath)
}

// openSession gives a token of IMDSv2. A page in a browser cannot ask for one without leave: it would have to send PUT with a header of its own.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-v2-how-it-works.html
func (s *Server) openSession(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		w.Header().Set("Allow", http.MethodPut)
		(&failure{http.StatusMethodNotAllowed, "MethodNotAllowed", "a token is asked for with PUT"}).write(w)
		return
	}
	life, ok := life(r.Header[lifeHeader])
	if !ok {
		(&failure{http.StatusBadRequest, "BadRequest", lifeHeader + " is to be a number of seconds from 1 to 21600"}).write(w)
		return
	}
	token, err := s.sessions.open(time.Duration(life) * time.Second)
	if err != nil {
		s.failed(err)
		(&failure{http.StatusServiceUnavailable, "ServiceUnavailable", "a token cannot be made right now"}).write(w)
		return
	}
	w.Header().Set(lifeHeader, strconv.Itoa(life)) // the SDK for Go takes the life from the answer alone
	write(w, http.StatusOK, plain, []byte(token))
}

const plain = "text/plain"

// life reads the header with the life of a token: one value of decimal digits.
func life(sent []string) (seconds int, ok bool) {
	if len(sent) != 1 || len(sent[0]) > len("21600") || strings.Trim(sent[0], "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(sent[0])
	return n, err == nil && n >= 1 && n <= mostLife
}

// metadatum answers a path of the metadata service.
func (s *Server) metadatum(w http.ResponseWriter, r *http.Request) {
	if !get(w, r) {
		return
	}
	if !s.opened(r.Header[sessionHeader]) {
		(&failure{http.StatusUnauthorized, "Unauthorized", "the request has no token of a session, or one that has ended"}).write(w)
		return
	}
	switch path := r.URL.Path; {
	case path == rolesPath || path+"/" == rolesPath:
		write(w, http.StatusOK, plain, []byte(s.metadata.Role))
	case path == rolesPath+s.metadata.Role:
		s.role(w, r)
	case path == regionPath && s.region != "":
		write(w, http.StatusOK, plain, []byte(s.region))
	case path == documentPath && s.region != "":
		writeJSON(w, http.StatusOK, &document{Region: s.region, Version: "2017-09-30"})
	default:
		notFound().write(w)
	}
}

// opened reports whether a request may read. A token that is sent has to be good, whichever version is allowed.
func (s *Server) opened(sent []string) bool {
	switch len(sent) {
	case 0:
		return s.metadata.AllowsIMDS1
	case 1:
		return s.sessions.good(sent[0])
	}
	return false
}

// document is an instance identity document, of which this machine can tell the region. It is not signed, as no instance is.
type document struct {
	Region  string `json:"region"`
	Version string `json:"version"` // of the form, as EC2 gives it
}

// roleCredentials are the credentials of a role as the metadata service gives them.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
type roleCredentials struct {
	Code            string
	LastUpdated     string
	Type            string
	AccessKeyId     string
	SecretAccessKey string
	Token           string
	Expiration      string
}

// roleFailure is why the metadata service has no credentials of a role, such as EC2's AssumeRoleUnauthorizedAccess: a document like the other, with status 200.
// It is for reasons that stay; clients show it at once, and retry what has another status.
type roleFailure struct {
	Code        string
	Message     string
	LastUpdated string
}

// role answers with the credentials.
func (s *Server) role(w http.ResponseWriter, r *http.Request) {
	c, err := s.retrieve(r.Context())
	if err != nil {
		f := unavailable(err)
		if f.Code == codeLogin {
			writeJSON(w, http.StatusOK, &roleFailure{Code: f.Code, Message: f.Message, LastUpdated: s.now().UTC().Format(timeForm)})
			return
		}
		f.write(w)
		return
	}
	writeJSON(w, http.StatusOK, &roleCredentials{
		Code: "Success", LastUpdated: s.now().UTC().Format(timeForm), Type: "AWS-HMAC",
		AccessKeyId: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, Token: c.SessionToken, Expiration: s.expiration(c),
	})
}
