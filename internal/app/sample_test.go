package app

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/internal/wire"
)

// member is one member of an input, as the generated types describe it.
type member struct {
	name     string
	required bool
	typ      reflect.Type
	shape    string
}

func members(t reflect.Type) []member {
	var out []member
	for f := range fields(t) {
		parts := strings.Split(f.Tag.Get("aws"), ",")
		typ := f.Type
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		out = append(out, member{parts[0], slices.Contains(parts[1:], "required"), typ, f.Tag.Get("shape")})
	}
	return out
}

func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

// sampler makes inputs that keep the model's bounds.
type sampler struct{ service *wire.Service }

// structure fills the required members.
func (s sampler) structure(t reflect.Type) (map[string]any, error) {
	out := map[string]any{}
	for _, m := range members(t) {
		if !m.required {
			continue
		}
		v, err := s.value(m.typ, m.shape)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		out[m.name] = v
	}
	return out, nil
}

func (s sampler) value(t reflect.Type, shape string) (any, error) {
	sh := s.service.Shapes[shape]
	switch {
	case t == reflect.TypeFor[time.Time]():
		return int64(1_700_000_000), nil
	case t == reflect.TypeFor[wire.Document]():
		return map[string]any{}, nil
	case t == reflect.TypeFor[[]byte]():
		return base64.StdEncoding.EncodeToString(make([]byte, max(1, low(sh)))), nil
	case t.Kind() == reflect.String:
		return text(sh)
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return max(low(sh), 1), nil
	case t.Kind() == reflect.Bool:
		return true, nil
	case t.Kind() == reflect.Slice:
		list := []any{}
		for range max(1, low(sh)) {
			v, err := s.item(t.Elem(), sh.Elem)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case t.Kind() == reflect.Map:
		k, err := s.value(t.Key(), sh.Key)
		if err != nil {
			return nil, err
		}
		v, err := s.value(t.Elem(), sh.Elem)
		return map[string]any{k.(string): v}, err
	case t.Kind() == reflect.Struct:
		return s.structure(t)
	}
	return nil, fmt.Errorf("no sample for %s", t)
}

// item is an item of a list. A structure has a member at least: a form cannot write an empty one.
func (s sampler) item(t reflect.Type, shape string) (any, error) {
	v, err := s.value(t, shape)
	filled, isStructure := v.(map[string]any)
	if err != nil || !isStructure || len(filled) > 0 || t.Kind() != reflect.Struct {
		return v, err
	}
	for _, m := range members(t) {
		if first, err := s.value(m.typ, m.shape); err == nil {
			filled[m.name] = first
			break
		}
	}
	return filled, nil
}

func low(s wire.Shape) int {
	if s.Min == nil {
		return 0
	}
	return int(*s.Min)
}

// text gives a text within a shape's bounds, from what such texts look like.
func text(s wire.Shape) (string, error) {
	if len(s.Enum) > 0 {
		return s.Enum[0], nil
	}
	for _, c := range append(looks(), strings.Repeat("a", max(1, low(s))), strings.Repeat("0", max(1, low(s)))) {
		if fits(s, c) {
			return c, nil
		}
	}
	return "", fmt.Errorf("no sample fits %q", s.Pattern)
}

func looks() []string {
	return []string{
		"sample", "us-east-1_AbCdEfGhI", "us-east-1:00000000-0000-4000-8000-000000000000", "arn:aws:iam::123456789012:role/sample",
		"1example23456789", "+15555550100", "ada@example.com", "https://example.com/x", "123456", "{}", "v1", "AKIAIOSFODNN7EXAMPLE", "/",
		"00000000-0000-4000-8000-000000000000", "Sample-Word-1", "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
		"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI", "eyJh.eyJh.eyJh", "authenticated", "terms-of-use", "import-sample", "us-east-1_00000000-0000-4000-8000-000000000000",
		"123456789012", "r-abcd", "ou-abcd-12345678", "p-12345678", "car-12345678", "o-abcdefghij/r-abcd",
	}
}

// fits reports whether a text keeps the bounds of a shape. It is written apart from the server's own check.
func fits(s wire.Shape, v string) bool {
	n := int64(utf8.RuneCountInString(v))
	if s.Min != nil && n < *s.Min || s.Max != nil && n > *s.Max {
		return false
	}
	return matches(s, v) && (len(s.Enum) == 0 || slices.Contains(s.Enum, v))
}

func matches(s wire.Shape, v string) bool {
	pattern := s.Pattern
	if s.RE2 != "" {
		pattern = s.RE2
	}
	return pattern == "" || regexp.MustCompile(`\A(?:`+pattern+`)\z`).MatchString(v)
}

// flatten writes a tree as the parameters of a query request.
func flatten(form url.Values, prefix string, v any) {
	switch x := v.(type) {
	case map[string]any:
		for name, child := range x {
			flatten(form, strings.TrimPrefix(prefix+"."+name, "."), child)
		}
	case []any:
		for i, child := range x {
			flatten(form, prefix+".member."+strconv.Itoa(i+1), child)
		}
	default:
		form.Set(prefix, fmt.Sprint(x))
	}
}
