package branding

import (
	"context"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
)

// style is a style of managed login. A client has one at most; its settings are what differs from the defaults.
type style struct {
	PoolID   string    `json:"poolId"`
	ID       string    `json:"id"` // UUID
	ClientID string    `json:"clientId"`
	Provided bool      `json:"provided,omitempty"` // UseCognitoProvidedValues
	Settings string    `json:"settings,omitempty"` // a JSON object, validated
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

var stylePool = store.Column[style]{Name: "pool_id", Value: func(s *style) string { return s.PoolID }}

var styles = store.NewTable("branding_styles", store.Spec[style]{
	Key: []store.Column[style]{stylePool, {Name: "id", Value: func(s *style) string { return s.ID }}},
	Unique: []store.Index[style]{{Name: "by_client", Columns: []store.Column[style]{
		stylePool, {Name: "client_id", Value: func(s *style) string { return s.ClientID }},
	}}},
})

// asset is an image of a style: one for each category and colour mode.
type asset struct {
	PoolID    string `json:"poolId"`
	StyleID   string `json:"styleId"`
	Category  string `json:"category"`
	ColorMode string `json:"colorMode"`
	Extension string `json:"extension"`
	Bytes     []byte `json:"bytes,omitempty"`
}

func assetColumn(name string, value func(*asset) string) store.Column[asset] {
	return store.Column[asset]{Name: name, Value: value}
}

var assets = store.NewTable("branding_assets", store.Spec[asset]{
	Key: []store.Column[asset]{
		assetColumn("pool_id", func(a *asset) string { return a.PoolID }),
		assetColumn("style_id", func(a *asset) string { return a.StyleID }),
		assetColumn("category", func(a *asset) string { return a.Category }),
		assetColumn("color_mode", func(a *asset) string { return a.ColorMode }),
	},
	Uncached: true,
})

// customization is the CSS and the logo of the classic pages, of one client or of all that have none of their own.
type customization struct {
	PoolID   string    `json:"poolId"`
	ClientID string    `json:"clientId"` // "ALL": the pool's
	CSS      string    `json:"css,omitempty"`
	Version  string    `json:"version,omitempty"` // of the CSS
	ImageID  string    `json:"imageId,omitempty"` // file name of the image
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

var customizations = store.NewTable("ui_customizations", store.Spec[customization]{
	Key: []store.Column[customization]{
		{Name: "pool_id", Value: func(c *customization) string { return c.PoolID }},
		{Name: "client_id", Value: func(c *customization) string { return c.ClientID }},
	},
})

// image is a logo of the classic pages. It never changes: another image has another name.
type image struct {
	PoolID string `json:"poolId"`
	ID     string `json:"id"` // 32 random letters and digits, and the extension
	Type   string `json:"type"`
	Bytes  []byte `json:"bytes"`
}

var images = store.NewTable("ui_images", store.Spec[image]{
	Key: []store.Column[image]{
		{Name: "pool_id", Value: func(i *image) string { return i.PoolID }},
		{Name: "id", Value: func(i *image) string { return i.ID }},
	},
	Uncached: true,
})

// document is a terms document of a client. A client has one of each name.
type document struct {
	PoolID      string            `json:"poolId"`
	ID          string            `json:"id"` // UUID
	ClientID    string            `json:"clientId"`
	Name        string            `json:"name"`
	Source      string            `json:"source"`
	Enforcement string            `json:"enforcement"`
	Links       map[string]string `json:"links"` // language -> URL
	Created     time.Time         `json:"created"`
	Modified    time.Time         `json:"modified"`
}

var termsPool = store.Column[document]{Name: "pool_id", Value: func(d *document) string { return d.PoolID }}

var terms = store.NewTable("user_pool_terms", store.Spec[document]{
	Key: []store.Column[document]{termsPool, {Name: "id", Value: func(d *document) string { return d.ID }}},
	Unique: []store.Index[document]{{Name: "by_client", Columns: []store.Column[document]{
		termsPool,
		{Name: "client_id", Value: func(d *document) string { return d.ClientID }},
		{Name: "name", Value: func(d *document) string { return d.Name }},
	}}},
})

// Cleanup removes everything of a pool that this package keeps, in the transaction that deletes the pool.
func Cleanup(ctx context.Context, w store.Writer, poolID string) error {
	for _, remove := range []func() (int64, error){
		func() (int64, error) { return assets.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return styles.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return images.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return customizations.DeleteAll(ctx, w, "", poolID) },
		func() (int64, error) { return terms.DeleteAll(ctx, w, "", poolID) },
	} {
		if _, err := remove(); err != nil {
			return err
		}
	}
	return nil
}

// CleanupClient removes everything of an app client that this package keeps, in the transaction that deletes the client.
func CleanupClient(ctx context.Context, w store.Writer, poolID, clientID string) error {
	row, err := styles.Find(ctx, w, "by_client", poolID, clientID)
	if err == nil {
		err = deleteStyle(ctx, w, &row.Doc)
	}
	if err := present(err); err != nil {
		return err
	}
	if _, err := terms.DeleteAll(ctx, w, "by_client", poolID, clientID); err != nil {
		return err
	}
	return present(removeCustomization(ctx, w, poolID, clientID))
}
