package discovery

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// Tenant is what a client needs to know of the first tenant.
type Tenant struct {
	Region         string
	UserPoolID     string
	ClientID       string
	IdentityPoolID string
}

// Document is the public configuration. The names are those that clients read.
type Document struct {
	API struct {
		Endpoints []Endpoint `json:"endpoints"`
	} `json:"API"`
	APIAuth Auth `json:"ApiAuth"`
}

// Endpoint is an API that takes the credentials.
type Endpoint struct {
	Name     string `json:"name"`
	Endpoint string `json:"endpoint"`
	Region   string `json:"region"`
}

// Auth tells how to sign in.
type Auth struct {
	Region              string `json:"region"`
	UserPoolID          string `json:"userPoolId"`
	UserPoolWebClientID string `json:"userPoolWebClientId"`
	IdentityPoolID      string `json:"identityPoolId"`
	MandatorySignIn     bool   `json:"mandatorySignIn"`
}

// Handler serves the configuration of a tenant.
type Handler struct {
	URL    string                                // of this server
	Tenant func(context.Context) (Tenant, error) // the tenant as it is now
}

func (h *Handler) document(ctx context.Context) ([]byte, error) {
	t, err := h.Tenant(ctx)
	if err != nil {
		return nil, err
	}
	var d Document
	d.API.Endpoints = []Endpoint{{Name: "caller", Endpoint: h.URL + "/_mayfly/caller", Region: t.Region}}
	d.APIAuth = Auth{Region: t.Region, UserPoolID: t.UserPoolID, UserPoolWebClientID: t.ClientID, IdentityPoolID: t.IdentityPoolID, MandatorySignIn: true}
	return json.Marshal(d)
}

// JSON serves the configuration as a JSON object.
func (h *Handler) JSON(w http.ResponseWriter, r *http.Request) {
	h.serve(w, r, "application/json", func(b []byte) []byte { return b })
}

// Base64 serves the configuration as one line of base64 text.
func (h *Handler) Base64(w http.ResponseWriter, r *http.Request) {
	h.serve(w, r, "text/plain; charset=utf-8", func(b []byte) []byte {
		return append(base64.StdEncoding.AppendEncode(nil, b), '\n')
	})
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, media string, form func([]byte) []byte) {
	b, err := h.document(r.Context())
	if err != nil {
		http.Error(w, "the configuration is not available", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	_, _ = w.Write(form(b)) // the client may have gone
}
