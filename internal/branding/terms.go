package branding

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// present takes "not found" for nothing to do.
func present(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func termsError(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException.New("Terms %s does not exist.", id)
	}
	return err
}

// taken tells a second document of one name.
func taken(err error, d *document) error {
	if errors.Is(err, store.ErrExists) {
		return api.TermsExistsException.New("Terms %s already exists for app client %s.", d.Name, d.ClientID)
	}
	return err
}

// links holds the addresses of a document against what a page can link to. The languages are the model's to check.
func links(in map[string]string) error {
	if len(in) == 0 {
		return api.InvalidParameterException.New("Links is required when TermsSource is LINK.")
	}
	for _, language := range slices.Sorted(maps.Keys(in)) {
		u, err := url.Parse(in[language])
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
			return api.InvalidParameterException.New("The link for %s is not an absolute http or https URL.", language)
		}
	}
	return nil
}

// CreateTerms adds a terms document to an app client.
func (s *Service) CreateTerms(ctx context.Context, in *api.CreateTermsRequest) (*api.CreateTermsResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	if err := links(in.Links); err != nil {
		return nil, err
	}
	id, err := draw.UUID(s.Random)
	if err != nil {
		return nil, err
	}
	now := s.now()
	d := &document{
		PoolID: in.UserPoolId, ID: id, ClientID: in.ClientId, Name: in.TermsName, Source: string(in.TermsSource), Enforcement: string(in.Enforcement),
		Links: in.Links, Created: now, Modified: now,
	}
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		if _, err := s.edge.Client(ctx, w, p.ID, in.ClientId); err != nil {
			return err
		}
		return taken(terms.Insert(ctx, w, d), d)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateTermsResponse{Terms: termsView(d)}, nil
}

// DescribeTerms shows a document.
func (s *Service) DescribeTerms(ctx context.Context, in *api.DescribeTermsRequest) (*api.DescribeTermsResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := terms.Get(ctx, s.Store, p.ID, in.TermsId)
	if err != nil {
		return nil, termsError(err, in.TermsId)
	}
	return &api.DescribeTermsResponse{Terms: termsView(&row.Doc)}, nil
}

// UpdateTerms changes what is given of a document. Links that are given replace all links.
func (s *Service) UpdateTerms(ctx context.Context, in *api.UpdateTermsRequest) (*api.UpdateTermsResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	if in.Links != nil {
		if err := links(in.Links); err != nil {
			return nil, err
		}
	}
	var d document
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		row, err := terms.Get(ctx, w, p.ID, in.TermsId)
		if err != nil {
			return termsError(err, in.TermsId)
		}
		if in.TermsName != nil {
			row.Doc.Name = *in.TermsName
		}
		if in.TermsSource != nil {
			row.Doc.Source = string(*in.TermsSource)
		}
		if in.Enforcement != nil {
			row.Doc.Enforcement = string(*in.Enforcement)
		}
		if in.Links != nil {
			row.Doc.Links = in.Links
		}
		row.Doc.Modified = s.now()
		d = row.Doc
		return taken(terms.Update(ctx, w, &row), &d)
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateTermsResponse{Terms: termsView(&d)}, nil
}

// DeleteTerms removes a document.
func (s *Service) DeleteTerms(ctx context.Context, in *api.DeleteTermsRequest) (*wire.Empty, error) {
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		return termsError(terms.Delete(ctx, w, p.ID, in.TermsId), in.TermsId)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}

// ListTerms lists the documents of a pool.
func (s *Service) ListTerms(ctx context.Context, in *api.ListTermsRequest) (*api.ListTermsResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	l := pooledge.Listing{"ListTerms", p.ID}
	after, err := s.edge.Cursor(ctx, l, in.NextToken)
	if err != nil {
		return nil, err
	}
	page, err := terms.List(ctx, s.Store, store.Query{Prefix: []string{p.ID}, After: after, Limit: pooledge.Limit(in.MaxResults, pooledge.PageSize)})
	if err != nil {
		return nil, pooledge.PageError(err)
	}
	out := &api.ListTermsResponse{Terms: []api.TermsDescriptionType{}}
	for i := range page.Rows {
		d := &page.Rows[i].Doc
		out.Terms = append(out.Terms, api.TermsDescriptionType{
			TermsId: d.ID, TermsName: d.Name, Enforcement: api.TermsEnforcementType(d.Enforcement), CreationDate: d.Created, LastModifiedDate: d.Modified,
		})
	}
	out.NextToken, err = s.edge.Token(ctx, l, page.Next)
	return out, err
}

func termsView(d *document) *api.TermsType {
	return &api.TermsType{
		UserPoolId: d.PoolID, ClientId: d.ClientID, TermsId: d.ID, TermsName: d.Name, TermsSource: api.TermsSourceType(d.Source),
		Enforcement: api.TermsEnforcementType(d.Enforcement), Links: d.Links, CreationDate: d.Created, LastModifiedDate: d.Modified,
	}
}
