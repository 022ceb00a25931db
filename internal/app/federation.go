package app

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/mayfly-id/mayfly/internal/caller"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/federate"
	"github.com/mayfly-id/mayfly/internal/iam/record"
	"github.com/mayfly-id/mayfly/internal/identitypool"
	"github.com/mayfly-id/mayfly/internal/store"
)

// providers verifies, for identity pools, what IAM's providers vouch for.
type providers struct {
	db       *store.DB
	verifier *federate.Verifier
	url      string // of this server
}

// VerifyOIDC implements identitypool.Federated.
func (p providers) VerifyOIDC(ctx context.Context, providerARN, token string) (identitypool.Login, error) {
	account, kind, name, ok := record.SplitProviderARN(providerARN)
	if !ok || kind != "oidc-provider" {
		return identitypool.Login{}, identitypool.ErrBadSignature
	}
	row, err := record.FindOIDCProvider(ctx, p.db, account, name)
	if err != nil {
		return identitypool.Login{}, unregistered(err)
	}
	return p.oidc(ctx, federate.Provider{Issuer: row.Doc.Issuer(), ClientIDs: row.Doc.ClientIDs}, token)
}

// VerifyKnown implements identitypool.Federated.
func (p providers) VerifyKnown(ctx context.Context, issuer, clientID, token string) (identitypool.Login, error) {
	return p.oidc(ctx, federate.Provider{Issuer: issuer, ClientIDs: []string{clientID}}, token)
}

func (p providers) oidc(ctx context.Context, provider federate.Provider, token string) (identitypool.Login, error) {
	i, err := p.verifier.VerifyOIDC(ctx, provider, token)
	if err != nil {
		return identitypool.Login{}, loginError(err)
	}
	return identitypool.Login{Subject: i.Subject, Audience: audience(&i, provider.ClientIDs), Claims: i.Claims}, nil
}

// audience gives the client that a verified token is for: its authorized party, or else the first of its audiences that is registered. One that is not
// may be anybody's, and rules and tags would take it for the client.
func audience(i *federate.Identity, clients []string) string {
	if i.AuthorizedParty != "" {
		return i.AuthorizedParty
	}
	for _, a := range i.Audience {
		if slices.Contains(clients, a) {
			return a
		}
	}
	return ""
}

// roleAttribute holds pairs of a role and a provider (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_assertions.html).
const roleAttribute = "https://aws.amazon.com/SAML/Attributes/Role"

// errOldMetadata means that what a provider's metadata says is not in force any more, its certificates among it.
var errOldMetadata = errors.New("app: the metadata of the SAML provider has expired")

// VerifySAML implements identitypool.Federated. An identity pool sees the same assertion in each of its operations; in each of them it counts once.
func (p providers) VerifySAML(ctx context.Context, providerARN, assertion string) (identitypool.Login, error) {
	account, kind, name, ok := record.SplitProviderARN(providerARN)
	if !ok || kind != "saml-provider" {
		return identitypool.Login{}, identitypool.ErrBadSignature
	}
	row, err := record.FindSAMLProvider(ctx, p.db, account, name)
	if err != nil {
		return identitypool.Login{}, unregistered(err)
	}
	if !caller.RequestFrom(ctx).Time.Before(row.Doc.Metadata.ValidUntil) {
		return identitypool.Login{}, errors.Join(identitypool.ErrBadSignature, errOldMetadata)
	}
	a, err := p.verifier.VerifySAML(ctx, federate.SAMLProvider{
		Key: row.Doc.ARN() + " " + caller.RequestFrom(ctx).Operation, EntityID: row.Doc.Metadata.EntityID, Certificates: row.Doc.Metadata.Certificates,
	}, assertion, samlOptions(p.url))
	if err != nil {
		return identitypool.Login{}, loginError(err)
	}
	out := identitypool.Login{Subject: a.Subject.Value, Audience: a.Audience, Claims: map[string]any{}}
	for name, values := range a.Attributes {
		if len(values) == 1 {
			out.Claims[name] = values[0]
			continue
		}
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		out.Claims[name] = list
	}
	for _, pair := range a.Attributes[roleAttribute] {
		if role, provider, ok := strings.Cut(pair, ","); ok && strings.TrimSpace(provider) == row.Doc.ARN() {
			out.Roles = append(out.Roles, strings.TrimSpace(role))
		} else if ok && strings.TrimSpace(role) == row.Doc.ARN() {
			out.Roles = append(out.Roles, strings.TrimSpace(provider))
		}
	}
	return out, nil
}

// samlOptions says for whom assertions have to be made: for AWS, whose clients these are, or for this server.
func samlOptions(url string) federate.SAMLOptions {
	return federate.SAMLOptions{
		Audiences:  []string{"urn:amazon:webservices", "https://signin.aws.amazon.com/saml", url + "/saml"},
		Recipients: []string{"https://signin.aws.amazon.com/saml", url + "/saml"},
	}
}

func unregistered(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return identitypool.ErrBadSignature
	}
	return err
}

// loginError translates why a login is not accepted.
func loginError(err error) error {
	var refused *federate.Error
	switch {
	case !errors.As(err, &refused):
		return err
	case errors.Is(err, federate.ErrExpired):
		return errors.Join(identitypool.ErrExpired, err)
	case errors.Is(err, federate.ErrUnreachable):
		return errors.Join(identitypool.ErrUnreachable, err)
	}
	return errors.Join(identitypool.ErrBadSignature, err)
}

// samlMetadata reads a provider's metadata for IAM.
func samlMetadata(document []byte) (record.SAMLMetadata, error) {
	m, err := federate.ReadMetadata(document)
	return record.SAMLMetadata{EntityID: m.EntityID, Certificates: m.Certificates, ValidUntil: m.ValidUntil}, err
}

// providerMetadata reads a provider's metadata for user pools.
func providerMetadata(document []byte) (directory.SAMLProvider, error) {
	m, err := federate.ReadMetadata(document)
	return directory.SAMLProvider{
		EntityID: m.EntityID, SSORedirect: m.SSORedirect, SSOPost: m.SSOPost, SLORedirect: m.SLORedirect, SLOPost: m.SLOPost,
		Certificates: m.Certificates, SignRequests: m.SignRequests, ValidUntil: m.ValidUntil,
	}, err
}

// onLoopback tells that clients reach the server on this machine only.
func onLoopback(base string) bool {
	h := host(base)
	a, err := netip.ParseAddr(h)
	return h == "localhost" || err == nil && a.IsLoopback()
}

// host is the name in a URL, without a port.
func host(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
