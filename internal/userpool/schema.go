package userpool

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/mayfly-id/mayfly/internal/pooledge"

	api "github.com/mayfly-id/mayfly/internal/awsapi/cognitoidpapi"
	"github.com/mayfly-id/mayfly/internal/directory"
)

// maxCustom is Cognito's quota of custom attributes in a pool.
const maxCustom = 50

// poolSchema reads the schema given at creation: changes to standard attributes, and custom attributes without their prefix.
func poolSchema(in []api.SchemaAttributeType) ([]directory.Attribute, error) {
	standard := (&directory.Pool{}).Attributes()
	var out []directory.Attribute
	for i := range in {
		var a directory.Attribute
		var err error
		name := pooledge.Deref(in[i].Name)
		if j := slices.IndexFunc(standard, func(s directory.Attribute) bool { return s.Name == name }); j >= 0 {
			a, err = standardAttribute(&in[i], standard[j])
		} else {
			a, err = customAttribute(&in[i])
		}
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o directory.Attribute) bool { return o.Name == a.Name }) {
			return nil, api.InvalidParameterException.New("Attribute %s is given more than once.", a.Name)
		}
		out = append(out, a)
	}
	return out, nil
}

// standardAttribute changes what may be changed of a standard attribute: whether it is required and mutable, and its bounds.
func standardAttribute(in *api.SchemaAttributeType, a directory.Attribute) (directory.Attribute, error) {
	if in.AttributeDataType != nil && string(*in.AttributeDataType) != a.Type {
		return a, api.InvalidParameterException.New("You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute %s", a.Name)
	}
	if pooledge.Deref(in.DeveloperOnlyAttribute) {
		return a, api.InvalidParameterException.New("You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute %s", a.Name)
	}
	if a.Name == "sub" {
		if !pooledge.Deref(in.Required) && in.Required != nil || pooledge.Deref(in.Mutable) {
			return a, api.InvalidParameterException.New("Schema attribute sub must be required and not mutable.")
		}
		return a, bounds(in, &a)
	}
	if in.Required != nil {
		a.Required = *in.Required
	}
	if in.Mutable != nil {
		a.Mutable = *in.Mutable
	}
	return a, bounds(in, &a)
}

// customAttribute reads a custom attribute and gives it its prefix.
func customAttribute(in *api.SchemaAttributeType) (directory.Attribute, error) {
	a := directory.Attribute{
		Type: string(cmp.Or(pooledge.Deref(in.AttributeDataType), api.AttributeDataTypeString)), DeveloperOnly: pooledge.Deref(in.DeveloperOnlyAttribute),
		Mutable: in.Mutable == nil || *in.Mutable,
	}
	name := pooledge.Deref(in.Name)
	switch {
	case name == "":
		return a, api.InvalidParameterException.New("Schema attribute name is required.")
	case strings.Contains(name, ":"):
		return a, api.InvalidParameterException.New("Attribute name %s must not contain a colon.", name)
	case pooledge.Deref(in.Required):
		return a, api.InvalidParameterException.New("Required custom attributes are not supported currently.")
	}
	a.Name = "custom:" + name
	if a.DeveloperOnly {
		a.Name = "dev:" + a.Name
	}
	return a, bounds(in, &a)
}

// bounds reads the constraints of an attribute.
func bounds(in *api.SchemaAttributeType, a *directory.Attribute) error {
	if in.StringAttributeConstraints != nil && a.Type == directory.StringType {
		a.Min, a.Max = pooledge.Deref(in.StringAttributeConstraints.MinLength), pooledge.Deref(in.StringAttributeConstraints.MaxLength)
	}
	if in.NumberAttributeConstraints != nil && a.Type == directory.NumberType {
		a.Min, a.Max = pooledge.Deref(in.NumberAttributeConstraints.MinValue), pooledge.Deref(in.NumberAttributeConstraints.MaxValue)
	}
	low, lowOK := bound(a.Min)
	high, highOK := bound(a.Max)
	if !lowOK || !highOK {
		return api.InvalidParameterException.New("Constraints of attribute %s must be integers.", a.Name)
	}
	if a.Type == directory.StringType && (a.Min != "" && low < 0 || a.Max != "" && (high < 0 || high > 2048)) {
		return api.InvalidParameterException.New("Length constraints of attribute %s must be between 0 and 2048.", a.Name)
	}
	if a.Min != "" && a.Max != "" && low > high {
		return api.InvalidParameterException.New("Minimum of attribute %s is above its maximum.", a.Name)
	}
	return nil
}

func bound(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// AddCustomAttributes adds custom attributes to a pool. They cannot be changed or removed afterwards.
func (s *Service) AddCustomAttributes(ctx context.Context, in *api.AddCustomAttributesRequest) (*api.AddCustomAttributesResponse, error) {
	var added []directory.Attribute
	for i := range in.CustomAttributes {
		a, err := customAttribute(&in.CustomAttributes[i])
		if err != nil {
			return nil, err
		}
		added = append(added, a)
	}
	err := s.updatePool(ctx, in.UserPoolId, func(p *directory.Pool) error {
		for _, a := range added {
			if _, exists := p.Attribute(a.Name); exists {
				return api.InvalidParameterException.New("%s: Existing attribute already has name %s.", a.Name, a.Name)
			}
			p.Schema = append(p.Schema, a)
		}
		if customCount(p) > maxCustom {
			return tooManyCustom()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.AddCustomAttributesResponse{}, nil
}

func tooManyCustom() error {
	return api.InvalidParameterException.New("The number of custom attributes must not exceed %d.", maxCustom)
}

func customCount(p *directory.Pool) (n int) {
	for _, a := range p.Schema {
		if strings.Contains(a.Name, ":") {
			n++
		}
	}
	return n
}
