package branding

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/internal/wire"
)

func (h *house) terms(client, name, link string) (*api.CreateTermsResponse, error) {
	in := &api.CreateTermsRequest{UserPoolId: testPool, ClientId: client, TermsName: name, TermsSource: "LINK", Enforcement: "NONE"}
	if link != "" {
		in.Links = map[string]string{"cognito:default": link}
	}
	return h.CreateTerms(h.ctx, in)
}

func TestTerms(t *testing.T) {
	h := newHouse(t)
	made := must[*api.CreateTermsResponse](t)(h.terms(testClient, "terms-of-use", "https://a.example/terms")).Terms
	want := &api.TermsType{
		UserPoolId: testPool, ClientId: testClient, TermsId: made.TermsId, TermsName: "terms-of-use", TermsSource: "LINK", Enforcement: "NONE",
		Links: map[string]string{"cognito:default": "https://a.example/terms"}, CreationDate: h.now, LastModifiedDate: h.now,
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
	privacy := must[*api.CreateTermsResponse](t)(h.terms(testClient, "privacy-policy", "https://a.example/p")).Terms
	must[*api.CreateTermsResponse](t)(h.terms("client2", "terms-of-use", "https://a.example/"))
	wantError(t, second(h.terms(testClient, "terms-of-use", "https://a.example/")), api.TermsExistsException, "")
	wantError(t, second(h.terms("foreign", "terms-of-use", "https://a.example/")), api.ResourceNotFoundException, "User pool client foreign does not exist.")
	for _, link := range []string{"", "javascript:alert(1)", "/terms", "https://", "https://a:b@c.example", "data:text/html,x", "ftp://a.example"} {
		wantError(t, second(h.terms("client2", "privacy-policy", link)), api.InvalidParameterException, "ink")
	}
	h.now = h.now.Add(time.Hour)
	changed := must[*api.UpdateTermsResponse](t)(h.UpdateTerms(h.ctx, &api.UpdateTermsRequest{UserPoolId: testPool, TermsId: made.TermsId, Links: map[string]string{"cognito:english": "http://b.example"}})).Terms
	want.Links, want.LastModifiedDate = map[string]string{"cognito:english": "http://b.example"}, h.now
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Error(diff)
	}
	shown := must[*api.DescribeTermsResponse](t)(h.DescribeTerms(h.ctx, &api.DescribeTermsRequest{UserPoolId: testPool, TermsId: made.TermsId})).Terms
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	rename := &api.UpdateTermsRequest{UserPoolId: testPool, TermsId: privacy.TermsId, TermsName: new("terms-of-use")}
	wantError(t, second(h.UpdateTerms(h.ctx, rename)), api.TermsExistsException, "")
	wantError(t, second(h.UpdateTerms(h.ctx, &api.UpdateTermsRequest{UserPoolId: testPool, TermsId: made.TermsId, Links: map[string]string{"cognito:default": "x"}})), api.InvalidParameterException, "")
	wantError(t, second(h.UpdateTerms(h.ctx, &api.UpdateTermsRequest{UserPoolId: testPool, TermsId: noID})), api.ResourceNotFoundException, "")
	n := 0
	list := api.ListTermsRequest{UserPoolId: testPool, MaxResults: new(2)}
	for {
		out := must[*api.ListTermsResponse](t)(h.ListTerms(h.ctx, &list))
		n += len(out.Terms)
		if list.NextToken = out.NextToken; list.NextToken == nil {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d documents are listed", n)
	}
	must[*wire.Empty](t)(h.DeleteTerms(h.ctx, &api.DeleteTermsRequest{UserPoolId: testPool, TermsId: made.TermsId}))
	wantError(t, second(h.DescribeTerms(h.ctx, &api.DescribeTermsRequest{UserPoolId: testPool, TermsId: made.TermsId})), api.ResourceNotFoundException, "")
	must[*api.UpdateTermsResponse](t)(h.UpdateTerms(h.ctx, rename))
}

func TestUICustomization(t *testing.T) {
	h := newHouse(t)
	get := func(client *string) *api.UICustomizationType {
		t.Helper()
		return &must[*api.GetUICustomizationResponse](t)(h.GetUICustomization(h.ctx, &api.GetUICustomizationRequest{UserPoolId: testPool, ClientId: client})).UICustomization
	}
	set := func(client *string, css string, logo []byte) *api.UICustomizationType {
		t.Helper()
		in := &api.SetUICustomizationRequest{UserPoolId: testPool, ClientId: client, ImageFile: logo}
		if css != "" {
			in.CSS = &css
		}
		return &must[*api.SetUICustomizationResponse](t)(h.SetUICustomization(h.ctx, in)).UICustomization
	}
	client, css := testClient, ".label-customizable{color: red;}"
	if diff := cmp.Diff(&api.UICustomizationType{}, get(&client)); diff != "" {
		t.Errorf("without anything: %s", diff)
	}
	all := set(nil, css, pngImage(t, 4))
	want := &api.UICustomizationType{
		UserPoolId: new(testPool), ClientId: new("ALL"), CSS: &css, CSSVersion: new("20261121090000"), ImageUrl: all.ImageUrl, CreationDate: &h.now, LastModifiedDate: &h.now,
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, get(&client)); diff != "" {
		t.Errorf("a client without its own: %s", diff)
	}
	own := set(&client, "", jpegImage(t))
	if *get(&client).ClientId != testClient || *get(nil).ClientId != "ALL" {
		t.Error("a client with its own shows another's")
	}
	fetch := func(url string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		path, _ := strings.CutPrefix(url, h.ImagesURL)
		h.ServeHTTP(w, httptest.NewRequestWithContext(h.ctx, http.MethodGet, path, nil))
		return w
	}
	for url, kind := range map[string]string{*all.ImageUrl: "image/png", *own.ImageUrl: "image/jpeg"} {
		w := fetch(url)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || w.Header().Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %d %v", url, w.Code, w.Header())
		}
	}
	if got := fetch(*all.ImageUrl).Body.Bytes(); string(got) != string(pngImage(t, 4)) {
		t.Error("the image is not the one that was set")
	}
	for _, path := range []string{"/eu-west-1_bbbbbbbbb" + (*all.ImageUrl)[strings.LastIndexByte(*all.ImageUrl, '/'):], "/" + testPool + "/x.png"} {
		if w := fetch(h.ImagesURL + path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	// Another image has another name; the old one is gone. With nothing, nothing is left.
	next := set(nil, "", pngImage(t, 5))
	if *next.ImageUrl == *all.ImageUrl || fetch(*all.ImageUrl).Code != http.StatusNotFound || next.CSS != nil {
		t.Errorf("after another image: %v", next)
	}
	set(nil, "", nil)
	set(&client, "", nil)
	if n := must[int64](t)(images.Count(h.ctx, h.Store, "")); n != 0 {
		t.Errorf("%d images are left", n)
	}
	if diff := cmp.Diff(&api.UICustomizationType{}, get(&client)); diff != "" {
		t.Error(diff)
	}
}

func TestBadCustomization(t *testing.T) {
	h := newHouse(t)
	wide := pngImage(t, maxSide+1)
	for name, in := range map[string]struct {
		in   api.SetUICustomizationRequest
		kind error
		want string
	}{
		"css":            {api.SetUICustomizationRequest{CSS: new("body{}")}, api.InvalidParameterException, "Invalid CSS: 'body' is not a class that can be customized."},
		"text":           {api.SetUICustomizationRequest{ImageFile: []byte("<svg/>")}, api.InvalidParameterException, "PNG or JPEG"},
		"large":          {api.SetUICustomizationRequest{ImageFile: make([]byte, maxLogo+1)}, api.InvalidParameterException, "100 KB"},
		"wide":           {api.SetUICustomizationRequest{ImageFile: wide}, api.InvalidParameterException, "PNG or JPEG"},
		"foreign client": {api.SetUICustomizationRequest{ClientId: new("foreign"), ImageFile: pngImage(t, 4)}, api.ResourceNotFoundException, "User pool client foreign does not exist."},
	} {
		t.Run(name, func(t *testing.T) {
			in.in.UserPoolId = testPool
			wantError(t, second(h.SetUICustomization(h.ctx, &in.in)), in.kind, in.want)
		})
	}
	wantError(t, second(h.GetUICustomization(h.ctx, &api.GetUICustomizationRequest{UserPoolId: testPool, ClientId: new("foreign")})), api.ResourceNotFoundException, "")
	h.do(t, func(w store.Writer) error { return directory.Domains.Delete(h.ctx, w, "people") })
	wantError(t, second(h.SetUICustomization(h.ctx, &api.SetUICustomizationRequest{UserPoolId: testPool, ImageFile: pngImage(t, 4)})),
		api.InvalidParameterException, "There has to be an existing domain associated with this user pool")
}
