package protection

import (
	"html"
	"net/http"
	"net/url"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// The members of a link's query.
const (
	linkPool  = "pool"
	linkUser  = "user"
	linkEvent = "event"
	linkToken = "token"
	linkValue = "value" // Valid, Invalid
)

// link is the one-click link of a notice; empty where links are not served.
func (s *Service) link(u *directory.User, eventID, token, value string) string {
	if s.FeedbackURL == "" {
		return ""
	}
	q := url.Values{linkPool: {u.PoolID}, linkUser: {u.Sub}, linkEvent: {eventID}, linkToken: {token}, linkValue: {value}}
	return s.FeedbackURL + "?" + q.Encode()
}

// ServeHTTP serves the links of notices, at whatever path it is mounted. GET asks and changes nothing, because mail filters follow links; POST to the same
// address takes the answer.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	q := r.URL.Query()
	value := q.Get(linkValue)
	if value != "Valid" && value != "Invalid" {
		page(w, http.StatusBadRequest, "This link is not complete.", "")
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		question, button := "Was this sign-in yours?", "Yes, it was me"
		if value == "Invalid" {
			question, button = "Was this sign-in somebody else's?", "Yes, it was not me"
		}
		page(w, http.StatusOK, question, button)
	case http.MethodPost:
		if err := s.userFeedback(r.Context(), q.Get(linkPool), q.Get(linkUser), q.Get(linkEvent), q.Get(linkToken), value); err != nil {
			page(w, http.StatusForbidden, "This link does not work, or no longer does.", "")
			return
		}
		page(w, http.StatusOK, "Thank you. If the sign-in was not yours, change your password.", "")
	default:
		h.Set("Allow", "GET, HEAD, POST")
		page(w, http.StatusMethodNotAllowed, "This link is not complete.", "")
	}
}

// page writes a page of one sentence, with a button that sends its form to the page's own address where there is one.
func page(w http.ResponseWriter, status int, sentence, button string) {
	body := `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign-in</title></head><body><p>` +
		html.EscapeString(sentence) + `</p>`
	if button != "" {
		body += `<form method="post"><button>` + html.EscapeString(button) + `</button></form>`
	}
	w.WriteHeader(status)
	if _, err := w.Write([]byte(body + "</body></html>\n")); err != nil {
		return // the client has gone
	}
}
