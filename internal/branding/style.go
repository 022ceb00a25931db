package branding

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/pooledge"
	"github.com/mayfly-id/mayfly/internal/store"
)

// maxRequest is the most that settings and images of one request may have together
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateManagedLoginBranding.html).
const maxRequest = 2 << 20

// newAssets validates the images of a request. Each says by its bytes what its extension is, and stands in a place of its own.
func newAssets(in []api.AssetType, settings []byte) ([]asset, error) {
	size := len(settings)
	var out []asset
	seen := map[[2]string]bool{}
	for i := range in {
		a := &in[i]
		if size += len(a.Bytes); size > maxRequest {
			return nil, api.InvalidParameterException.New("Settings and Assets together are larger than 2 MB.")
		}
		place := [2]string{string(a.Category), string(a.ColorMode)}
		if seen[place] {
			return nil, api.InvalidParameterException.New("Asset %s is given more than once for color mode %s.", a.Category, a.ColorMode)
		}
		seen[place] = true
		id := pooledge.Deref(a.ResourceId)
		if len(a.Bytes) == 0 == (id == "") {
			return nil, api.InvalidParameterException.New("Asset %s must have either Bytes or ResourceId.", a.Category)
		}
		if id != "" {
			return nil, api.InvalidParameterException.New("Asset %s: resource %s does not exist.", a.Category, id)
		}
		if err := fits(a); err != nil {
			return nil, err
		}
		out = append(out, asset{Category: place[0], ColorMode: place[1], Extension: string(a.Extension), Bytes: a.Bytes})
	}
	return out, nil
}

// fits holds an image against its extension, and the extension against its category.
func fits(a *api.AssetType) error {
	if (a.Category == api.AssetCategoryTypeFaviconIco) != (a.Extension == api.AssetExtensionTypeIco) ||
		a.Category == api.AssetCategoryTypeFaviconSvg && a.Extension != api.AssetExtensionTypeSvg {
		return api.InvalidParameterException.New("Extension %s is not allowed for asset category %s.", a.Extension, a.Category)
	}
	extension, _ := raster(a.Bytes)
	ok := false
	switch a.Extension {
	case api.AssetExtensionTypePng:
		ok = extension == "png"
	case api.AssetExtensionTypeJpeg:
		ok = extension == "jpg"
	case api.AssetExtensionTypeIco:
		ok = len(a.Bytes) > 6 && bytes.HasPrefix(a.Bytes, []byte{0, 0, 1, 0}) && a.Bytes[4]|a.Bytes[5] != 0
	case api.AssetExtensionTypeWebp:
		ok = len(a.Bytes) > 16 && string(a.Bytes[:4]) == "RIFF" && string(a.Bytes[8:15]) == "WEBPVP8"
	case api.AssetExtensionTypeSvg:
		ok = stillSVG(a.Bytes)
	}
	if !ok {
		return api.InvalidParameterException.New("The bytes of asset %s are not a %s image that can be shown.", a.Category, a.Extension)
	}
	return nil
}

// Bounds on a drawing.
const (
	maxDrawing = 20000 // tokens
	maxNesting = 100
)

// stillSVG says that a drawing is well-formed, and neither runs nor loads anything: no scripts, no handlers, no foreign elements, no document
// type, no style sheets, and references into itself alone. A page shows it as an image, where browsers hold it to the same; this holds it for
// those who open it by itself.
func stillSVG(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(data))
	depth, tokens, roots := 0, 0, 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			return roots == 1 && depth == 0
		}
		if tokens++; err != nil || tokens > maxDrawing {
			return false
		}
		switch x := t.(type) {
		case xml.StartElement:
			if depth == 0 {
				if roots++; x.Name.Local != "svg" || x.Name.Space != "http://www.w3.org/2000/svg" && x.Name.Space != "" {
					return false
				}
			}
			if depth++; depth > maxNesting || !stillElement(&x) {
				return false
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			return false
		case xml.ProcInst:
			if x.Target != "xml" {
				return false
			}
		}
	}
}

func stillElement(e *xml.StartElement) bool {
	switch lower(e.Name.Local) {
	case "script", "foreignobject", "iframe", "embed", "object", "audio", "video", "set", "animate", "animatetransform", "animatemotion", "handler", "style", "a":
		return false
	}
	for _, a := range e.Attr {
		name, value := lower(a.Name.Local), lower(strings.Join(strings.Fields(a.Value), ""))
		switch {
		case strings.HasPrefix(name, "on"), strings.Contains(value, "javascript:"), strings.Contains(value, "@import"), strings.ContainsRune(value, '\\'):
			return false
		case name == "href" || name == "src":
			if !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/png;base64,") && !strings.HasPrefix(value, "data:image/jpeg;base64,") {
				return false
			}
		case strings.Contains(strings.ReplaceAll(value, "url(#", ""), "url("):
			return false
		}
	}
	return true
}

func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// deleteStyle removes a style with its images.
func deleteStyle(ctx context.Context, w store.Writer, s *style) error {
	if _, err := assets.DeleteAll(ctx, w, "", s.PoolID, s.ID); err != nil {
		return err
	}
	return styles.Delete(ctx, w, s.PoolID, s.ID)
}

// writeAssets puts images into the places of a style.
func writeAssets(ctx context.Context, w store.Writer, s *style, list []asset) error {
	for i := range list {
		a := list[i]
		a.PoolID, a.StyleID = s.PoolID, s.ID
		if err := assets.Upsert(ctx, w, &a); err != nil {
			return err
		}
	}
	return nil
}

// maxAssets bounds the images of a style: AWS's longest list.
const maxAssets = 40

// styleView shows a style. merged asks for the settings that are not the style's own as well.
func styleView(ctx context.Context, r store.Reader, s *style, merged bool) (*api.ManagedLoginBrandingType, error) {
	page, err := assets.List(ctx, r, store.Query{Prefix: []string{s.PoolID, s.ID}, Limit: maxAssets})
	if err != nil {
		return nil, err
	}
	out := &api.ManagedLoginBrandingType{
		ManagedLoginBrandingId: &s.ID, UserPoolId: &s.PoolID, UseCognitoProvidedValues: &s.Provided, CreationDate: &s.Created, LastModifiedDate: &s.Modified,
		Assets: []api.AssetType{},
	}
	for i := range page.Rows {
		a := &page.Rows[i].Doc
		out.Assets = append(out.Assets, api.AssetType{
			Category: api.AssetCategoryType(a.Category), ColorMode: api.ColorSchemeModeType(a.ColorMode), Extension: api.AssetExtensionType(a.Extension), Bytes: a.Bytes,
		})
	}
	text := s.Settings
	if merged {
		if text, err = mergedSettings(s.Settings); err != nil {
			return nil, err
		}
	}
	if text != "" {
		out.Settings = []byte(text)
	}
	return out, nil
}

// mergedSettings are the defaults with a style's own settings over them.
func mergedSettings(own string) (string, error) {
	tree, err := defaults()
	if err != nil {
		return "", err
	}
	if own != "" {
		over, err := parseSettings([]byte(own))
		if err != nil {
			return "", errors.New("branding: stored settings cannot be read")
		}
		merge(tree, over)
	}
	return encode(tree)
}
