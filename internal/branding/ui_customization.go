package branding

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"image/png"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/draw"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// everyClient is the ClientId of what counts for clients that have nothing of their own.
const everyClient = "ALL"

// Bounds on a logo (https://docs.aws.amazon.com/cognito/latest/developerguide/hosted-ui-classic-branding.html).
const (
	maxLogo  = 100 << 10 // bytes
	maxSide  = 10000     // pixels
	imageIDs = 32
)

// SetUICustomization replaces CSS and logo of a client, or with ClientId ALL of the pool. With neither it removes them.
func (s *Service) SetUICustomization(ctx context.Context, in *api.SetUICustomizationRequest) (*api.SetUICustomizationResponse, error) {
	if _, err := s.edge.Pool(ctx, in.UserPoolId); err != nil {
		return nil, err
	}
	now := s.now()
	c := &customization{PoolID: in.UserPoolId, ClientID: clientOf(in.ClientId), CSS: pooledge.Deref(in.CSS), Created: now, Modified: now}
	if _, err := ParseCSS(c.CSS); err != nil {
		return nil, api.InvalidParameterException.New("Invalid CSS: %s.", err)
	}
	if c.CSS != "" {
		c.Version = now.Format("20060102150405")
	}
	logo, err := s.logo(in.UserPoolId, in.ImageFile)
	if err != nil {
		return nil, err
	}
	if logo != nil {
		c.ImageID = logo.ID
	}
	err = s.edge.Update(ctx, in.UserPoolId, func(w store.Writer, p *directory.Pool) error { return s.customize(ctx, w, p, c, logo) })
	if err != nil {
		return nil, err
	}
	return &api.SetUICustomizationResponse{UICustomization: *s.customizationView(c)}, nil
}

func clientOf(id *string) string {
	if id == nil {
		return everyClient
	}
	return *id
}

// customize stores a customization in place of the one that is there.
func (s *Service) customize(ctx context.Context, w store.Writer, p *directory.Pool, c *customization, logo *image) error {
	if c.ClientID != everyClient {
		if _, err := s.edge.Client(ctx, w, p.ID, c.ClientID); err != nil {
			return err
		}
	}
	domains, err := directory.Domains.Count(ctx, w, "by_pool", p.ID)
	if err != nil {
		return err
	}
	if domains == 0 {
		return api.InvalidParameterException.New("There has to be an existing domain associated with this user pool")
	}
	before, err := customizations.Get(ctx, w, p.ID, c.ClientID)
	if err := present(err); err != nil {
		return err
	}
	if err == nil {
		c.Created = before.Doc.Created
	}
	if err := present(removeCustomization(ctx, w, p.ID, c.ClientID)); err != nil {
		return err
	}
	if c.CSS == "" && logo == nil {
		return nil
	}
	if logo != nil {
		if err := images.Insert(ctx, w, logo); err != nil {
			return err
		}
	}
	return customizations.Insert(ctx, w, c)
}

// removeCustomization removes a customization with its image.
func removeCustomization(ctx context.Context, w store.Writer, poolID, clientID string) error {
	row, err := customizations.Take(ctx, w, poolID, clientID)
	if err != nil || row.Doc.ImageID == "" {
		return err
	}
	return present(images.Delete(ctx, w, poolID, row.Doc.ImageID))
}

// logo makes an image of bytes that are what a PNG or JPEG begins with; nil when there are none. Nothing but the header is decoded.
func (s *Service) logo(poolID string, data []byte) (*image, error) {
	if len(data) == 0 {
		return nil, nil
	}
	if len(data) > maxLogo {
		return nil, api.InvalidParameterException.New("The image file is larger than 100 KB.")
	}
	extension, kind := raster(data)
	if extension == "" {
		return nil, api.InvalidParameterException.New("The image file must be a PNG or JPEG file.")
	}
	id, err := draw.Text(s.Random, draw.LowerDigits, imageIDs)
	if err != nil {
		return nil, err
	}
	return &image{PoolID: poolID, ID: id + "." + extension, Type: kind, Bytes: data}, nil
}

// raster tells the kind of an image by its bytes; empty when it is no PNG or JPEG, or of a size that no page shows.
func raster(data []byte) (extension, kind string) {
	if c, err := png.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width <= maxSide && c.Height <= maxSide {
		return "png", "image/png"
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width <= maxSide && c.Height <= maxSide {
		return "jpg", "image/jpeg"
	}
	return "", ""
}

// GetUICustomization shows what counts for a client: its own, else the pool's, else nothing.
func (s *Service) GetUICustomization(ctx context.Context, in *api.GetUICustomizationRequest) (*api.GetUICustomizationResponse, error) {
	p, err := s.edge.Pool(ctx, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	id := clientOf(in.ClientId)
	if id != everyClient {
		if _, err := s.edge.Client(ctx, s.Store, p.ID, id); err != nil {
			return nil, err
		}
	}
	row, err := customizations.Get(ctx, s.Store, p.ID, id)
	if errors.Is(err, store.ErrNotFound) && id != everyClient {
		row, err = customizations.Get(ctx, s.Store, p.ID, everyClient)
	}
	if errors.Is(err, store.ErrNotFound) {
		return &api.GetUICustomizationResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &api.GetUICustomizationResponse{UICustomization: *s.customizationView(&row.Doc)}, nil
}

func (s *Service) customizationView(c *customization) *api.UICustomizationType {
	out := &api.UICustomizationType{
		UserPoolId: &c.PoolID, ClientId: &c.ClientID, CSS: pooledge.Optional(c.CSS), CSSVersion: pooledge.Optional(c.Version),
		CreationDate: &c.Created, LastModifiedDate: &c.Modified,
	}
	if c.ImageID != "" {
		out.ImageUrl = new(strings.Join([]string{s.ImagesURL, c.PoolID, c.ImageID}, "/"))
	}
	return out
}
