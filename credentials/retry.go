package credentials

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// patience says when a failed request is to be made again.
type patience int

const (
	never patience = iota
	later
	now
)

// afterSilence says whether a request that got no whole answer is made again. One that is not to be done twice is when it cannot have arrived.
func (r *call) afterSilence(err error) patience {
	var op *net.OpError
	if r.single && (!errors.As(err, &op) || op.Op != "dial") {
		return never
	}
	return later
}

// afterRefusal says whether a refusal may go away. moved tells that the answer has set the clock right.
func (r *call) afterRefusal(e *ServiceError, moved bool) patience {
	switch {
	case e.Status == http.StatusTooManyRequests, strings.HasPrefix(e.Code, "Throttling"), e.Code == "TooManyRequestsException", e.Code == "RequestLimitExceeded":
		return later
	case e.Status >= 500 && e.Status != http.StatusNotImplemented && !r.single:
		return later
	case moved && (r.sign != nil && skewed(e.Code) || r.prove != nil && e.Status < 500):
		return now
	}
	return never
}

func skewed(code string) bool {
	switch code {
	case "RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "RequestInTheFuture":
		return true
	}
	return false
}

// leastSkew is what a clock may be off without being wrong: a signature has some minutes, and an answer takes some time.
const leastSkew = 4 * time.Minute

// learn takes the server's time from an answer, whatever the answer is, and says whether that sets the clock right. An answer out of a proxy's cache is of
// another time.
func (c *Client) learn(resp *http.Response) bool {
	server, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil || resp.Header.Get("Age") != "" {
		return false
	}
	skew := server.Sub(clock(c.Now)())
	if d := skew - c.Skew(); d > -leastSkew && d < leastSkew {
		return false
	}
	c.skew.Store(int64(skew))
	return true
}
