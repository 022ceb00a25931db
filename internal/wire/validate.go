package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Validate holds a decoded input against the bounds of the model, and reports every violation in one error of the
// service's own type and wording: "1 validation error detected: Value '…' at 'userPoolId' failed to satisfy constraint: …".
// Values of sensitive shapes are left out of the text, and those of query services all are, as IAM does.
func (e *Entry) Validate(in any, missing Missing) error {
	v := validator{bare: e.Service.Protocol == Query}
	for _, path := range missing {
		value := " null"
		if v.bare {
			value = ""
		}
		v.found = append(v.found, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: Member must not be null", value, path))
	}
	v.structure(e.input(), reflect.ValueOf(in).Elem(), missing)
	switch {
	case len(v.found) == 0 && v.said == "":
		return nil
	case len(v.found) == 0:
		return e.Service.Invalid.New("%s", v.said)
	}
	noun := "errors"
	if len(v.found) == 1 {
		noun = "error"
	}
	return e.Service.Invalid.New("%d validation %s detected: %s", len(v.found), noun, strings.Join(v.found, "; "))
}

// maxFound bounds the length of the answer to a hostile input.
const maxFound = 50

type validator struct {
	found []string
	path  pathStack
	bare  bool   // no value is shown
	said  string // the first refusal in a sentence of its own: it is heard when nothing else is wrong
}

func (v *validator) structure(p *plan, s reflect.Value, missing Missing) {
	for i := range p.fields {
		f := &p.fields[i]
		fv, ok := f.get(s)
		if !ok || len(v.found) >= maxFound {
			continue
		}
		v.path.push(f.path)
		if len(missing) == 0 || !f.required || !slices.Contains(missing, v.path.String()) {
			v.value(f.plan, fv, missing)
		}
		v.path.pop(1)
	}
}

func (v *validator) value(p *plan, x reflect.Value, missing Missing) {
	for _, c := range violations(p, x) {
		if p.shape.Refusal == "" || c != patternRule(p) {
			v.add(p, x, c)
		} else if v.said == "" {
			v.said = fmt.Sprintf(p.shape.Refusal, v.path)
		}
	}
	switch p.kind {
	case kindStruct:
		v.structure(p, x, missing)
	case kindList:
		v.list(p, x, missing)
	case kindMap:
		v.mapping(p, x, missing)
	}
}

// list reports violations of scalar members at the list itself, as the services do, and of structures at their index.
func (v *validator) list(p *plan, x reflect.Value, missing Missing) {
	for i := range x.Len() {
		if len(v.found) >= maxFound {
			return
		}
		e := x.Index(i)
		if p.elem.kind == kindStruct || p.elem.kind == kindList || p.elem.kind == kindMap {
			v.path.pushIndex(i)
			v.value(p.elem, e, missing)
			v.path.pop(2)
			continue
		}
		if len(violations(p.elem, e)) > 0 {
			v.add(p, x, "Member must satisfy constraint: ["+strings.Join(constraints(p.elem), ", ")+"]")
			return
		}
	}
}

func (v *validator) mapping(p *plan, x reflect.Value, missing Missing) {
	for _, k := range sortedKeys(x) {
		if len(v.found) >= maxFound {
			return
		}
		if len(violations(p.key, k)) > 0 {
			v.add(p, x, "Map keys must satisfy constraint: ["+strings.Join(constraints(p.key), ", ")+"]")
			return
		}
		e := x.MapIndex(k)
		if p.elem.kind == kindStruct || p.elem.kind == kindList {
			v.path.push(k.String())
			v.path.push("member")
			v.value(p.elem, e, missing)
			v.path.pop(2)
			continue
		}
		if len(violations(p.elem, e)) > 0 {
			v.add(p, x, "Map value must satisfy constraint: ["+strings.Join(constraints(p.elem), ", ")+"]")
			return
		}
	}
}

func (v *validator) add(p *plan, x reflect.Value, constraint string) {
	value := ""
	if !v.bare && !p.secret() {
		value = " '" + clip(render(p, x)) + "'"
	}
	v.found = append(v.found, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: %s", value, v.path, constraint))
}

// secret reports whether a value or a part of it is sensitive.
func (p *plan) secret() bool {
	return p.sensitive || p.elem != nil && p.elem.secret() || p.key != nil && p.key.sensitive || p.kind == kindStruct || p.kind == kindBlob
}

func render(p *plan, x reflect.Value) string {
	switch p.kind {
	case kindList:
		var parts []string
		for i := range min(x.Len(), 20) {
			parts = append(parts, render(p.elem, x.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case kindMap:
		var parts []string
		for _, k := range sortedKeys(x) {
			parts = append(parts, k.String()+"="+render(p.elem, x.MapIndex(k)))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(x.Interface())
}

// clip keeps answers bounded: a value may be as large as a body.
func clip(s string) string {
	const most = 1024
	if len(s) <= most {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// violations gives the constraints that a value breaks, members aside.
func violations(p *plan, x reflect.Value) []string {
	var out []string
	s := &p.shape
	n, noun := size(p, x)
	if noun != "" {
		if s.Max != nil && n > *s.Max {
			out = append(out, fmt.Sprintf("Member must have %s less than or equal to %d", noun, *s.Max))
		}
		if s.Min != nil && n < *s.Min {
			out = append(out, fmt.Sprintf("Member must have %s greater than or equal to %d", noun, *s.Min))
		}
	}
	if p.kind == kindString {
		if p.pattern != nil && !p.pattern.match(x.String()) {
			out = append(out, patternRule(p))
		}
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, x.String()) {
			out = append(out, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
		}
	}
	return out
}

func patternRule(p *plan) string {
	return "Member must satisfy regular expression pattern: " + p.shape.Pattern
}

// constraints gives all that a shape asks of its values.
func constraints(p *plan) []string {
	var out []string
	s := &p.shape
	noun := "length"
	if p.kind == kindInt {
		noun = "value"
	}
	if s.Max != nil {
		out = append(out, fmt.Sprintf("Member must have %s less than or equal to %d", noun, *s.Max))
	}
	if s.Min != nil {
		out = append(out, fmt.Sprintf("Member must have %s greater than or equal to %d", noun, *s.Min))
	}
	if s.Pattern != "" {
		out = append(out, patternRule(p))
	}
	if len(s.Enum) > 0 {
		out = append(out, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
	return out
}

func size(p *plan, x reflect.Value) (n int64, noun string) {
	switch p.kind {
	case kindString:
		return int64(utf8.RuneCountInString(x.String())), "length"
	case kindBlob, kindList, kindMap:
		return int64(x.Len()), "length"
	case kindInt:
		return x.Int(), "value"
	}
	return 0, ""
}
