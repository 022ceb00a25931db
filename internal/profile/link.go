package profile

import (
	"net/http"
	"net/url"

	"github.com/mayfly-id/mayfly/internal/wire"
)

// The pages of the link. They hold nothing that came with the request.
const (
	confirmedPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Confirmed</title><p>Your registration has been confirmed!</p></html>
`
	refusedPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Not confirmed</title><p>This link is not valid, has expired or was used before. ` +
		`If you have confirmed your registration already, sign in; otherwise ask for a new link.</p></html>
`
	failedPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Not confirmed</title><p>Your registration cannot be confirmed just now. Please try again later.</p></html>
`
)

// ConfirmUser serves GET /{pool}/confirmUser?client_id=…&user_name=…&confirmation_code=…: the link that users of a pool with CONFIRM_WITH_LINK are sent.
// The code is the one that ConfirmSignUp takes: it counts once, ends after a day and bears five wrong tries. All refusals look the same.
func (s *Service) ConfirmUser(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	if r.Method != http.MethodGet { // whoever only asks whether the page is there must not use the code up
		h.Set("Allow", http.MethodGet)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	status, page := s.confirmByLink(r)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page)) // the client may have gone
}

func (s *Service) confirmByLink(r *http.Request) (status int, page string) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return http.StatusBadRequest, refusedPage
	}
	one := func(name string) string {
		if values := query[name]; len(values) == 1 && len(values[0]) <= 2048 {
			return values[0]
		}
		return ""
	}
	client, name, code := one("client_id"), one("user_name"), one("confirmation_code")
	if client == "" || name == "" || code == "" {
		return http.StatusBadRequest, refusedPage
	}
	d, err := s.core.Open(r.Context(), client)
	if err == nil && (d.Pool.ID != r.PathValue("pool") || !d.Pool.VerifyByLink) {
		return http.StatusBadRequest, refusedPage
	}
	if err == nil {
		_, err = s.confirm(r.Context(), d, confirmation{name: name, code: code})
	}
	if err == nil {
		return http.StatusOK, confirmedPage
	}
	if e, spoken := wire.AsError(err); spoken && !e.Type.Server {
		return http.StatusBadRequest, refusedPage
	}
	s.Report(err)
	return http.StatusInternalServerError, failedPage
}
