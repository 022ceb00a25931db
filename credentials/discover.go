package credentials

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Discovery is what a server says of itself to anybody: where to sign in, and which API takes the credentials.
type Discovery struct {
	Endpoint       string // the server that was asked
	Region         string
	UserPoolID     string
	ClientID       string
	IdentityPoolID string
	APIs           []API
}

// API is an API that takes the credentials.
type API struct{ Name, Endpoint, Region string }

// errServer does not repeat what it is about: a URL may have a password in it.
var errServer = errors.New("the address of the server is no URL such as https://id.example.com")

// configPath is where the configuration is (Stax's API, version 2019-02-06).
const configPath = "/20190206/public/config"

// Discover asks a server for its public configuration, which is JSON, or base64 of JSON as older servers write it.
func Discover(ctx context.Context, client *http.Client, server string) (*Discovery, error) {
	server = strings.TrimSuffix(server, "/")
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	if !webPage(server) {
		return nil, errServer
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server+configPath, nil)
	if err != nil {
		return nil, errServer
	}
	resp, err := httpClient(client).Do(req)
	if err != nil {
		return nil, Unreachable("the server", req.URL.Host, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostBody+1))
	if err != nil {
		return nil, Unreachable("the server", req.URL.Host, err)
	}
	if len(body) > mostBody {
		return nil, Unreachable("the server", req.URL.Host, errTooLong)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s has no public configuration: status %d", server, resp.StatusCode)
	}
	return readDiscovery(server, body)
}

func readDiscovery(server string, body []byte) (*Discovery, error) {
	if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(body))); err == nil {
		body = plain
	}
	var d struct {
		API     struct{ Endpoints []API } `json:"API"`
		APIAuth struct {
			Region              string `json:"region"`
			UserPoolID          string `json:"userPoolId"`
			UserPoolWebClientID string `json:"userPoolWebClientId"`
			IdentityPoolID      string `json:"identityPoolId"`
		} `json:"ApiAuth"`
	}
	if err := json.Unmarshal(body, &d); err != nil || d.APIAuth.UserPoolID == "" || d.APIAuth.UserPoolWebClientID == "" {
		return nil, fmt.Errorf("the public configuration of %s does not say where to sign in", server)
	}
	return &Discovery{
		Endpoint: server, Region: d.APIAuth.Region, UserPoolID: d.APIAuth.UserPoolID, ClientID: d.APIAuth.UserPoolWebClientID,
		IdentityPoolID: d.APIAuth.IdentityPoolID, APIs: d.API.Endpoints,
	}, nil
}
