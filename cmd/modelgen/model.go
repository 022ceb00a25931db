package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
)

// model is a service model. Fields that no codec acts on are left out on purpose: readModel refuses members it does not know.
type model struct {
	Metadata   metadata              `json:"metadata"`
	Operations map[string]*operation `json:"operations"`
	Shapes     map[string]*shape     `json:"shapes"`
}

type metadata struct {
	APIVersion          string   `json:"apiVersion"`
	Auth                []string `json:"auth"`
	EndpointPrefix      string   `json:"endpointPrefix"`
	GlobalEndpoint      string   `json:"globalEndpoint"`
	JSONVersion         string   `json:"jsonVersion"`
	Protocol            string   `json:"protocol"`
	Protocols           []string `json:"protocols"`
	ServiceAbbreviation string   `json:"serviceAbbreviation"`
	ServiceFullName     string   `json:"serviceFullName"`
	ServiceID           string   `json:"serviceId"`
	SignatureVersion    string   `json:"signatureVersion"`
	SigningName         string   `json:"signingName"`
	TargetPrefix        string   `json:"targetPrefix"`
	UID                 string   `json:"uid"`
	XMLNamespace        string   `json:"xmlNamespace"`
}

type operation struct {
	Name       string   `json:"name"`
	Auth       []string `json:"auth"`
	AuthType   string   `json:"authtype"`
	Idempotent bool     `json:"idempotent"`
	ReadOnly   bool     `json:"readonly"`
	HTTP       struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	} `json:"http"`
	Input  *ref  `json:"input"`
	Output *ref  `json:"output"`
	Errors []ref `json:"errors"`
}

type ref struct {
	Shape             string `json:"shape"`
	Location          string `json:"location"`
	LocationName      string `json:"locationName"`
	ResultWrapper     string `json:"resultWrapper"`
	Box               bool   `json:"box"`
	Deprecated        bool   `json:"deprecated"`
	DeprecatedMessage string `json:"deprecatedMessage"`
	IdempotencyToken  bool   `json:"idempotencyToken"`
}

type shape struct {
	Type            string         `json:"type"`
	Members         map[string]ref `json:"members"`
	Required        []string       `json:"required"`
	Member          *ref           `json:"member"`
	Key             *ref           `json:"key"`
	Value           *ref           `json:"value"`
	Min             *int64         `json:"min"`
	Max             *int64         `json:"max"`
	Pattern         string         `json:"pattern"`
	Enum            []string       `json:"enum"`
	Sensitive       bool           `json:"sensitive"`
	Box             bool           `json:"box"`
	Document        bool           `json:"document"`
	Union           bool           `json:"union"`
	Payload         string         `json:"payload"`
	Exception       bool           `json:"exception"`
	Fault           bool           `json:"fault"`
	Retryable       any            `json:"retryable"`
	TimestampFormat string         `json:"timestampFormat"`
	Error           *struct {
		Code       string `json:"code"`
		HTTPStatus int    `json:"httpStatusCode"`
		Sender     bool   `json:"senderFault"`
	} `json:"error"`
}

func readModel(file string) (*model, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields() // an unknown trait is a gap in the codecs
	var m model
	if err := d.Decode(&m); err != nil {
		return nil, err
	}
	return &m, m.check()
}

func (m *model) check() error {
	if !slices.Contains([]string{"query", "json", "rest-json"}, m.Metadata.Protocol) {
		return fmt.Errorf("protocol %q has no codec", m.Metadata.Protocol)
	}
	for name, o := range m.Operations {
		if o.AuthType != "" && o.AuthType != "none" {
			return fmt.Errorf("%s: authentication %q is not known", name, o.AuthType)
		}
		if o.Input != nil && m.Shapes[o.Input.Shape] == nil {
			return fmt.Errorf("%s: no shape %q", name, o.Input.Shape)
		}
	}
	for name, s := range m.Shapes {
		if !slices.Contains([]string{"blob", "boolean", "integer", "list", "long", "map", "string", "structure", "timestamp"}, s.Type) {
			return fmt.Errorf("shape %s: type %q has no codec", name, s.Type)
		}
		if s.TimestampFormat != "" && s.TimestampFormat != "iso8601" {
			return fmt.Errorf("shape %s: timestamp format %q has no codec", name, s.TimestampFormat)
		}
		for member, r := range s.Members {
			if !slices.Contains([]string{"", "header", "uri", "querystring"}, r.Location) {
				return fmt.Errorf("%s.%s: location %q has no codec", name, member, r.Location)
			}
			if m.Shapes[r.Shape] == nil {
				return fmt.Errorf("%s.%s: no shape %q", name, member, r.Shape)
			}
		}
	}
	return nil
}
