package branding

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func (h *house) style(t testing.TB, in api.CreateManagedLoginBrandingRequest) *api.ManagedLoginBrandingType {
	t.Helper()
	in.UserPoolId = testPool
	if in.ClientId == "" {
		in.ClientId = testClient
	}
	return must[*api.CreateManagedLoginBrandingResponse](t)(h.CreateManagedLoginBranding(h.ctx, &in)).ManagedLoginBranding
}

func tree(t testing.TB, d wire.Document) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal(d, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// at walks a tree by a path with dots.
func at(t testing.TB, d wire.Document, path string) any {
	t.Helper()
	var v any = tree(t, d)
	for name := range strings.SplitSeq(path, ".") {
		v = v.(map[string]any)[name]
	}
	return v
}

func TestStyle(t *testing.T) {
	h := newHouse(t)
	settings := `{"categories":{"global":{"colorSchemeMode":"DARK"}},"components":{"idpButton":{"custom":{"corp":{"lightMode":{"defaults":{"textColor":"00ff00ff"}}}}}}}`
	logo := pngImage(t, 4)
	got := h.style(t, api.CreateManagedLoginBrandingRequest{Settings: wire.Document(settings), Assets: []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "PNG", Bytes: logo}}})
	want := &api.ManagedLoginBrandingType{
		ManagedLoginBrandingId: got.ManagedLoginBrandingId, UserPoolId: new(testPool), UseCognitoProvidedValues: new(false), CreationDate: &h.now, LastModifiedDate: &h.now,
		Settings: wire.Document(settings), Assets: []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "PNG", Bytes: logo}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("style differs (-want +got):\n%s", diff)
	}
	byID := must[*api.DescribeManagedLoginBrandingResponse](t)(h.DescribeManagedLoginBranding(h.ctx, &api.DescribeManagedLoginBrandingRequest{UserPoolId: testPool, ManagedLoginBrandingId: *got.ManagedLoginBrandingId}))
	if diff := cmp.Diff(want, byID.ManagedLoginBranding); diff != "" {
		t.Error(diff)
	}
	// Merged, what is not its own is there as well, and what it reads it takes back.
	merged := must[*api.DescribeManagedLoginBrandingByClientResponse](t)(h.DescribeManagedLoginBrandingByClient(h.ctx, &api.DescribeManagedLoginBrandingByClientRequest{UserPoolId: testPool, ClientId: testClient, ReturnMergedResources: new(true)})).ManagedLoginBranding
	for path, value := range map[string]any{
		"categories.global.colorSchemeMode": "DARK", "categories.global.spacingDensity": "REGULAR", "componentClasses.buttons.borderRadius": 8.0,
		"components.idpButton.custom.corp.lightMode.defaults.textColor": "00ff00ff",
	} {
		if v := at(t, merged.Settings, path); v != value {
			t.Errorf("%s is %v, want %v", path, v, value)
		}
	}
	update := &api.UpdateManagedLoginBrandingRequest{UserPoolId: new(testPool), ManagedLoginBrandingId: got.ManagedLoginBrandingId, Settings: merged.Settings}
	must[*api.UpdateManagedLoginBrandingResponse](t)(h.UpdateManagedLoginBranding(h.ctx, update))

	wantError(t, second(h.CreateManagedLoginBranding(h.ctx, &api.CreateManagedLoginBrandingRequest{UserPoolId: testPool, ClientId: testClient, UseCognitoProvidedValues: new(true)})),
		api.ManagedLoginBrandingExistsException, "")
	wantError(t, second(h.CreateManagedLoginBranding(h.ctx, &api.CreateManagedLoginBrandingRequest{UserPoolId: testPool, ClientId: "foreign", UseCognitoProvidedValues: new(true)})),
		api.ResourceNotFoundException, "User pool client foreign does not exist.")
}

func TestUpdateStyle(t *testing.T) {
	h := newHouse(t)
	made := h.style(t, api.CreateManagedLoginBrandingRequest{
		Settings: wire.Document(`{"categories":{"global":{"colorSchemeMode":"DARK"}}}`), Assets: []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "PNG", Bytes: pngImage(t, 4)}},
	})
	update := func(in api.UpdateManagedLoginBrandingRequest) *api.ManagedLoginBrandingType {
		in.UserPoolId, in.ManagedLoginBrandingId = new(testPool), made.ManagedLoginBrandingId
		return must[*api.UpdateManagedLoginBrandingResponse](t)(h.UpdateManagedLoginBranding(h.ctx, &in)).ManagedLoginBranding
	}
	got := update(api.UpdateManagedLoginBrandingRequest{
		Settings: wire.Document(`{"categories":{"global":{"spacingDensity":"COMPACT"},"auth":{"federation":{"order":["corp"]}}}}`),
		Assets:   []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "JPEG", Bytes: jpegImage(t)}, {Category: "FORM_LOGO", ColorMode: "DARK", Extension: "PNG", Bytes: pngImage(t, 5)}},
	})
	want := map[string]any{"categories": map[string]any{
		"global": map[string]any{"colorSchemeMode": "DARK", "spacingDensity": "COMPACT"}, "auth": map[string]any{"federation": map[string]any{"order": []any{"corp"}}},
	}}
	if diff := cmp.Diff(want, tree(t, got.Settings)); diff != "" {
		t.Error(diff)
	}
	if len(got.Assets) != 2 || got.Assets[1].Extension != "JPEG" {
		t.Errorf("%d assets, the second is %s", len(got.Assets), got.Assets[1].Extension)
	}
	if got = update(api.UpdateManagedLoginBrandingRequest{UseCognitoProvidedValues: new(true)}); !*got.UseCognitoProvidedValues || got.Settings != nil || len(got.Assets) != 0 {
		t.Errorf("style is %+v", got)
	}
	if got = update(api.UpdateManagedLoginBrandingRequest{}); !*got.UseCognitoProvidedValues {
		t.Error("saying nothing changed the style")
	}
	wantError(t, second(h.UpdateManagedLoginBranding(h.ctx, &api.UpdateManagedLoginBrandingRequest{UserPoolId: new(testPool)})), api.InvalidParameterException, "required")
	wantError(t, second(h.UpdateManagedLoginBranding(h.ctx, &api.UpdateManagedLoginBrandingRequest{UserPoolId: new(testPool), ManagedLoginBrandingId: new(noID)})), api.ResourceNotFoundException, "")
	del := &api.DeleteManagedLoginBrandingRequest{UserPoolId: testPool, ManagedLoginBrandingId: *made.ManagedLoginBrandingId}
	if err := second(h.DeleteManagedLoginBranding(h.ctx, del)); err != nil {
		t.Fatal(err)
	}
	wantError(t, second(h.DeleteManagedLoginBranding(h.ctx, del)), api.ResourceNotFoundException, "")
	wantError(t, second(h.DescribeManagedLoginBrandingByClient(h.ctx, &api.DescribeManagedLoginBrandingByClientRequest{UserPoolId: testPool, ClientId: testClient})), api.ResourceNotFoundException, "")
}

func TestBadStyles(t *testing.T) {
	h := newHouse(t)
	png, svg := pngImage(t, 4), func(inside string) []byte {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg">` + inside + `</svg>`)
	}
	asset := func(category api.AssetCategoryType, extension api.AssetExtensionType, data []byte) []api.AssetType {
		return []api.AssetType{{Category: category, ColorMode: "LIGHT", Extension: extension, Bytes: data}}
	}
	for name, c := range map[string]struct {
		provided *bool
		settings string
		assets   []api.AssetType
		want     string
	}{
		"nothing":               {nil, "", nil, "Either UseCognitoProvidedValues"},
		"both":                  {new(true), `{"categories":{}}`, nil, "cannot be true"},
		"both with assets":      {new(true), "", asset("FORM_LOGO", "PNG", png), "cannot be true"},
		"a list":                {nil, `[]`, nil, "not a JSON object"},
		"twice":                 {nil, `{"categories":{},"categories":{}}`, nil, "twice"},
		"long":                  {nil, `{"categories":{}` + strings.Repeat(" ", maxSettings) + `}`, nil, "too long"},
		"unknown":               {nil, `{"css":"x"}`, nil, "css is not a setting"},
		"unknown inside":        {nil, `{"categories":{"global":{"a<b":1}}}`, nil, "categories.global.a?b is not a setting"},
		"another case":          {nil, `{"Categories":{}}`, nil, "Categories is not a setting"},
		"text for a flag":       {nil, `{"categories":{"form":{"displayGraphics":"true"}}}`, nil, "true or false"},
		"text for an object":    {nil, `{"categories":"x"}`, nil, "must be an object"},
		"null":                  {nil, `{"categories":{"global":null}}`, nil, "must be an object"},
		"no colour":             {nil, `{"components":{"pageBackground":{"lightMode":{"color":"red;}"}}}}`, nil, "colour"},
		"no choice":             {nil, `{"categories":{"global":{"colorSchemeMode":"PINK"}}}`, nil, "must be one of LIGHT, DARK, DYNAMIC"},
		"number":                {nil, `{"componentClasses":{"buttons":{"borderRadius":-1}}}`, nil, "number of pixels"},
		"long list":             {nil, `{"categories":{"auth":{"federation":{"order":[` + strings.Repeat(`"a",`, 100) + `"a"]}}}}`, nil, "bounded length"},
		"strange in a list":     {nil, `{"categories":{"auth":{"authMethodOrder":[[{"display":"BUTTON","type":"<b>"}]]}}}`, nil, "must be a word"},
		"custom button":         {nil, `{"components":{"idpButton":{"custom":{"corp":{"x":1}}}}}`, nil, "components.idpButton.custom.corp.x is not a setting"},
		"place twice":           {nil, "", append(asset("FORM_LOGO", "PNG", png), asset("FORM_LOGO", "PNG", png)...), "more than once"},
		"no bytes":              {nil, "", asset("FORM_LOGO", "PNG", nil), "either Bytes or ResourceId"},
		"unknown resource":      {nil, "", []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "PNG", ResourceId: new("r1")}}, "does not exist"},
		"another extension":     {nil, "", asset("FORM_LOGO", "JPEG", png), "not a JPEG image"},
		"text as image":         {nil, "", asset("FORM_LOGO", "PNG", []byte("<html>")), "not a PNG image"},
		"icon as logo":          {nil, "", asset("FORM_LOGO", "ICO", []byte{0, 0, 1, 0, 1, 0, 0}), "not allowed"},
		"logo as icon":          {nil, "", asset("FAVICON_ICO", "PNG", png), "not allowed"},
		"no icon":               {nil, "", asset("FAVICON_ICO", "ICO", png), "not a ICO image"},
		"no WebP":               {nil, "", asset("FORM_LOGO", "WEBP", []byte("RIFF1234WEBPVPX 1234")), "not a WEBP image"},
		"too much together":     {nil, "", []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "PNG", Bytes: append(png, make([]byte, 1<<20)...)}, {Category: "FORM_LOGO", ColorMode: "DARK", Extension: "PNG", Bytes: append(png, make([]byte, 1<<20)...)}}, "2 MB"},
		"script":                {nil, "", asset("FORM_LOGO", "SVG", svg("<script>alert(1)</script>")), "not a SVG image"},
		"handler":               {nil, "", asset("FORM_LOGO", "SVG", svg(`<g onload="x"/>`)), "not a SVG image"},
		"foreign":               {nil, "", asset("FORM_LOGO", "SVG", svg("<foreignObject/>")), "not a SVG image"},
		"reference":             {nil, "", asset("FORM_LOGO", "SVG", svg(`<image href="https://a.example/x"/>`)), "not a SVG image"},
		"reference by its name": {nil, "", asset("FORM_LOGO", "SVG", svg(`<g fill="url( https://a.example )"/>`)), "not a SVG image"},
		"document type":         {nil, "", asset("FORM_LOGO", "SVG", append([]byte("<!DOCTYPE svg>"), svg("")...)), "not a SVG image"},
		"page as drawing":       {nil, "", asset("FORM_LOGO", "SVG", []byte(`<html xmlns="http://www.w3.org/1999/xhtml"/>`)), "not a SVG image"},
		"not closed":            {nil, "", asset("FORM_LOGO", "SVG", []byte("<svg>")), "not a SVG image"},
	} {
		t.Run(name, func(t *testing.T) {
			err := second(h.CreateManagedLoginBranding(h.ctx, &api.CreateManagedLoginBrandingRequest{
				UserPoolId: testPool, ClientId: testClient, UseCognitoProvidedValues: c.provided, Settings: wire.Document(c.settings), Assets: c.assets,
			}))
			wantError(t, err, api.InvalidParameterException, c.want)
		})
	}
	if n, err := styles.Count(h.ctx, h.Store, ""); n != 0 || err != nil {
		t.Errorf("%d styles are there (%v)", n, err)
	}
	for _, good := range [][]api.AssetType{
		asset("FAVICON_SVG", "SVG", svg(`<defs><linearGradient id="a"/></defs><g fill="url(#a)"><use href="#b"/></g>`)), asset("FAVICON_ICO", "ICO", []byte{0, 0, 1, 0, 1, 0, 0}),
		asset("PAGE_BACKGROUND", "WEBP", []byte("RIFF1234WEBPVP8 1234")),
	} {
		made := h.style(t, api.CreateManagedLoginBrandingRequest{Assets: good})
		must[*wire.Empty](t)(h.DeleteManagedLoginBranding(h.ctx, &api.DeleteManagedLoginBrandingRequest{UserPoolId: testPool, ManagedLoginBrandingId: *made.ManagedLoginBrandingId}))
	}
	if n, err := assets.Count(h.ctx, h.Store, ""); n != 0 || err != nil {
		t.Errorf("%d assets are left (%v)", n, err)
	}
}

// TestOneStyle races for the style of a client: one is made.
func TestOneStyle(t *testing.T) {
	h := newHouse(t)
	var wg sync.WaitGroup
	var made atomic.Int32
	for range 100 {
		wg.Go(func() {
			in := &api.CreateManagedLoginBrandingRequest{UserPoolId: testPool, ClientId: testClient, UseCognitoProvidedValues: new(true)}
			if second(h.CreateManagedLoginBranding(h.ctx, in)) == nil {
				made.Add(1)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d styles were made", made.Load())
	}
}

// TestDefaults: the defaults are settings themselves.
func TestDefaults(t *testing.T) {
	if _, err := parseSettings(defaultsText); err != nil {
		t.Fatal(err)
	}
	text := must[string](t)(mergedSettings(""))
	if diff := cmp.Diff(tree(t, defaultsText), tree(t, wire.Document(text))); diff != "" {
		t.Error(diff)
	}
}

// FuzzSettings: what is taken, kept and merged is taken again, and holds no text that a page could not write into a style sheet.
func FuzzSettings(f *testing.F) {
	f.Add(string(defaultsText))
	f.Add(`{"components":{"idpButton":{"custom":{"a":{"lightMode":{"hover":{"textColor":"01234567"}}}}}}}`)
	f.Add(`{"categories":{"auth":{"authMethodOrder":[[{"display":"INPUT","type":"X"}]]}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		given, err := parseSettings([]byte(text))
		if err != nil {
			var bad settingsError
			if !errors.As(err, &bad) || strings.ContainsAny(err.Error(), "<>\x00\n") {
				t.Fatalf("error is %q", err)
			}
			return
		}
		kept, err := encode(given)
		if err != nil {
			t.Fatal(err)
		}
		merged, err := mergedSettings(kept)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseSettings([]byte(merged)); err != nil {
			t.Fatalf("%s is not taken again: %v", merged, err)
		}
	})
}

// FuzzSVG: a drawing that passes has no script, whatever its case or name space.
func FuzzSVG(f *testing.F) {
	f.Add([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><g fill="url(#a)"/></svg>`))
	f.Add([]byte(`<svg><SCRIPT/></svg>`))
	f.Add([]byte(`<svg xmlns:h="http://www.w3.org/1999/xhtml"><h:script/></svg>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !stillSVG(data) {
			return
		}
		text := strings.ToLower(string(data))
		if strings.Contains(text, "<!--") || strings.Contains(text, "cdata") { // there it is text
			return
		}
		if scriptTag.MatchString(text) || strings.Contains(text, "<!doctype") {
			t.Fatalf("%q passes", data)
		}
	})
}

var scriptTag = regexp.MustCompile(`<([a-z0-9]+:)?script[\s/>]`)

func TestCleanup(t *testing.T) {
	h := newHouse(t)
	fill := func(client string) {
		h.style(t, api.CreateManagedLoginBrandingRequest{ClientId: client, Assets: []api.AssetType{{Category: "FORM_LOGO", ColorMode: "LIGHT", Extension: "PNG", Bytes: pngImage(t, 4)}}})
		must[*api.CreateTermsResponse](t)(h.terms(client, "terms-of-use", "https://a.example/"))
		must[*api.SetUICustomizationResponse](t)(h.SetUICustomization(h.ctx, &api.SetUICustomizationRequest{UserPoolId: testPool, ClientId: &client, ImageFile: pngImage(t, 4)}))
	}
	counts := func() (all []int64) {
		for _, count := range []func() (int64, error){
			func() (int64, error) { return styles.Count(h.ctx, h.Store, "") }, func() (int64, error) { return assets.Count(h.ctx, h.Store, "") },
			func() (int64, error) { return terms.Count(h.ctx, h.Store, "") }, func() (int64, error) { return customizations.Count(h.ctx, h.Store, "") },
			func() (int64, error) { return images.Count(h.ctx, h.Store, "") },
		} {
			all = append(all, must[int64](t)(count()))
		}
		return all
	}
	fill(testClient)
	fill("client2")
	h.do(t, func(w store.Writer) error { return CleanupClient(h.ctx, w, testPool, testClient) })
	if diff := cmp.Diff([]int64{1, 1, 1, 1, 1}, counts()); diff != "" {
		t.Error(diff)
	}
	h.do(t, func(w store.Writer) error { return CleanupClient(h.ctx, w, testPool, testClient) }) // nothing is left to remove
	h.do(t, func(w store.Writer) error { return Cleanup(h.ctx, w, testPool) })
	if diff := cmp.Diff([]int64{0, 0, 0, 0, 0}, counts()); diff != "" {
		t.Error(diff)
	}
}
