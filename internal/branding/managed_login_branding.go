package branding

import (
	"context"
	"errors"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

// look is what a request says about a style.
type look struct {
	provided bool
	settings map[string]any
	assets   []asset
}

// newLook validates what a request says. Values of Cognito's own exclude others.
func newLook(provided *bool, settings wire.Document, in []api.AssetType) (*look, error) {
	l := &look{provided: pooledge.Deref(provided)}
	if l.provided && (len(settings) > 0 || len(in) > 0) {
		return nil, api.InvalidParameterException.New("UseCognitoProvidedValues cannot be true when Settings or Assets are given.")
	}
	var err error
	if len(settings) > 0 {
		l.settings, err = parseSettings(settings)
		var bad settingsError
		if errors.As(err, &bad) {
			return nil, api.InvalidParameterException.New("Invalid Settings: %s.", bad)
		}
		if err != nil {
			return nil, err
		}
	}
	l.assets, err = newAssets(in, settings)
	return l, err
}

func styleError(err error, id string) error {
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException.New("Managed login branding %s does not exist.", id)
	}
	return err
}

// CreateManagedLoginBranding makes the style of an app client.
func (s *Service) CreateManagedLoginBranding(ctx context.Context, in *api.CreateManagedLoginBrandingRequest) (*api.CreateManagedLoginBrandingResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	l, err := newLook(in.UseCognitoProvidedValues, in.Settings, in.Assets)
	if err != nil {
		return nil, err
	}
	if !l.provided && len(l.settings) == 0 && len(l.assets) == 0 {
		return nil, api.InvalidParameterException.New("Either UseCognitoProvidedValues must be true, or Settings or Assets must be given.")
	}
	id, err := draw.UUID(s.Random)
	if err != nil {
		return nil, err
	}
	now := s.now()
	made := &style{PoolID: in.UserPoolId, ID: id, ClientID: in.ClientId, Provided: l.provided, Created: now, Modified: now}
	if made.Settings, err = encode(l.settings); err != nil {
		return nil, err
	}
	var view *api.ManagedLoginBrandingType
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		if _, err := s.edge.Client(ctx, w, p.ID, in.ClientId); err != nil {
			return err
		}
		err := styles.Insert(ctx, w, made)
		if errors.Is(err, store.ErrExists) {
			return api.ManagedLoginBrandingExistsException.New("Managed login branding already exists for app client %s.", in.ClientId)
		}
		if err != nil {
			return err
		}
		if err := writeAssets(ctx, w, made, l.assets); err != nil {
			return err
		}
		view, err = styleView(ctx, w, made, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateManagedLoginBrandingResponse{ManagedLoginBranding: view}, nil
}

// UpdateManagedLoginBranding changes what is given of a style: settings member by member, images place by place. UseCognitoProvidedValues takes
// all of it away.
func (s *Service) UpdateManagedLoginBranding(ctx context.Context, in *api.UpdateManagedLoginBrandingRequest) (*api.UpdateManagedLoginBrandingResponse, error) {
	if in.UserPoolId == nil || in.ManagedLoginBrandingId == nil {
		return nil, api.InvalidParameterException.New("UserPoolId and ManagedLoginBrandingId are required.")
	}
	if _, err := s.edge.Pool(ctx, *in.UserPoolId); err != nil {
		return nil, err
	}
	l, err := newLook(in.UseCognitoProvidedValues, in.Settings, in.Assets)
	if err != nil {
		return nil, err
	}
	var view *api.ManagedLoginBrandingType
	err = s.edge.Update(ctx, *in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		row, err := styles.Get(ctx, w, p.ID, *in.ManagedLoginBrandingId)
		if err != nil {
			return styleError(err, *in.ManagedLoginBrandingId)
		}
		if err := l.put(ctx, w, &row.Doc, in.UseCognitoProvidedValues != nil); err != nil {
			return err
		}
		row.Doc.Modified = s.now()
		if err := styles.Update(ctx, w, &row); err != nil {
			return err
		}
		view, err = styleView(ctx, w, &row.Doc, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateManagedLoginBrandingResponse{ManagedLoginBranding: view}, nil
}

// put writes a look over a style. said is whether the request says anything about Cognito's own values.
func (l *look) put(ctx context.Context, w store.Writer, d *style, said bool) error {
	if l.provided {
		d.Provided, d.Settings = true, ""
		_, err := assets.DeleteAll(ctx, w, "", d.PoolID, d.ID)
		return err
	}
	if said || len(l.settings) > 0 || len(l.assets) > 0 {
		d.Provided = false
	}
	if len(l.settings) > 0 {
		own := map[string]any{}
		if d.Settings != "" {
			var err error
			if own, err = parseSettings([]byte(d.Settings)); err != nil {
				return errors.New("branding: stored settings cannot be read")
			}
		}
		merge(own, l.settings)
		text, err := encode(own)
		if err != nil {
			return err
		}
		if len(text) > maxSettings {
			return api.InvalidParameterException.New("Invalid Settings: Settings are too long.")
		}
		d.Settings = text
	}
	if err := writeAssets(ctx, w, d, l.assets); err != nil {
		return err
	}
	n, err := assets.Count(ctx, w, "", d.PoolID, d.ID)
	if err == nil && n > maxAssets {
		err = api.InvalidParameterException.New("A style can have at most %d assets.", maxAssets)
	}
	return err
}

// DescribeManagedLoginBranding shows a style by its id.
func (s *Service) DescribeManagedLoginBranding(ctx context.Context, in *api.DescribeManagedLoginBrandingRequest) (*api.DescribeManagedLoginBrandingResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	row, err := styles.Get(ctx, s.Store, p.ID, in.ManagedLoginBrandingId)
	if err != nil {
		return nil, styleError(err, in.ManagedLoginBrandingId)
	}
	view, err := styleView(ctx, s.Store, &row.Doc, pooledge.Deref(in.ReturnMergedResources))
	if err != nil {
		return nil, err
	}
	return &api.DescribeManagedLoginBrandingResponse{ManagedLoginBranding: view}, nil
}

// DescribeManagedLoginBrandingByClient shows the style of an app client.
func (s *Service) DescribeManagedLoginBrandingByClient(ctx context.Context, in *api.DescribeManagedLoginBrandingByClientRequest) (*api.DescribeManagedLoginBrandingByClientResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if _, err := s.edge.Client(ctx, s.Store, p.ID, in.ClientId); err != nil {
		return nil, err
	}
	row, err := styles.Find(ctx, s.Store, "by_client", p.ID, in.ClientId)
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.ResourceNotFoundException.New("Managed login branding does not exist for app client %s.", in.ClientId)
	}
	if err != nil {
		return nil, err
	}
	view, err := styleView(ctx, s.Store, &row.Doc, pooledge.Deref(in.ReturnMergedResources))
	if err != nil {
		return nil, err
	}
	return &api.DescribeManagedLoginBrandingByClientResponse{ManagedLoginBranding: view}, nil
}

// DeleteManagedLoginBranding removes a style. Its client goes back to the defaults.
func (s *Service) DeleteManagedLoginBranding(ctx context.Context, in *api.DeleteManagedLoginBrandingRequest) (*wire.Empty, error) {
	err := s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error {
		row, err := styles.Get(ctx, w, p.ID, in.ManagedLoginBrandingId)
		if err != nil {
			return styleError(err, in.ManagedLoginBrandingId)
		}
		return deleteStyle(ctx, w, &row.Doc)
	})
	if err != nil {
		return nil, err
	}
	return &wire.Empty{}, nil
}
