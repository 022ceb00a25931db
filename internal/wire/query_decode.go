package wire

import (
	"encoding/base64"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DecodeQuery reads the parameters of an awsQuery request into a new input of the operation
// (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). Lists are Name.member.N, maps Name.entry.N.key and .value.
// Parameters that the model does not have are skipped, as the services do.
func (e *Entry) DecodeQuery(form Form) (any, Missing, error) {
	in := e.NewInput()
	d := queryDecoder{}
	if err := d.structure(e.input(), reflect.ValueOf(in).Elem(), form, ""); err != nil {
		return nil, nil, err
	}
	return in, d.missing, nil
}

type queryDecoder struct {
	missing Missing
	path    pathStack
}

// structure fills v from the parameters below prefix; form holds at least those.
func (d *queryDecoder) structure(p *plan, v reflect.Value, form Form, prefix string) error {
	for i := range p.fields {
		f := &p.fields[i]
		name := prefix + f.name
		below := form.under(name + ".")
		text, present := form.Get(name)
		if !present && len(below) == 0 {
			if f.required {
				d.missing = append(d.missing, d.path.with(f.path))
			}
			continue
		}
		d.path.push(f.path)
		if err := d.value(f.plan, f.set(v), text, below, name+"."); err != nil {
			return err
		}
		d.path.pop(1)
	}
	return nil
}

func (d *queryDecoder) value(p *plan, v reflect.Value, text string, below Form, prefix string) error {
	switch p.kind {
	case kindStruct:
		return d.structure(p, v, below, prefix)
	case kindList:
		return d.list(p, v, below, prefix+"member.")
	case kindMap:
		return d.mapping(p, v, below, prefix+"entry.")
	}
	return scalar(p, v, text)
}

func (d *queryDecoder) list(p *plan, v reflect.Value, form Form, prefix string) error {
	indexes, err := form.indexes(prefix)
	if err != nil {
		return err
	}
	out := reflect.MakeSlice(p.typ, len(indexes), len(indexes)) // bounded by the number of parameters
	for i, n := range indexes {
		name := prefix + n
		text, _ := form.Get(name)
		d.path.pushIndex(i)
		if err := d.value(p.elem, out.Index(i), text, form.under(name+"."), name+"."); err != nil {
			return err
		}
		d.path.pop(2)
	}
	v.Set(out)
	return nil
}

func (d *queryDecoder) mapping(p *plan, v reflect.Value, form Form, prefix string) error {
	indexes, err := form.indexes(prefix)
	if err != nil {
		return err
	}
	out := reflect.MakeMapWithSize(p.typ, len(indexes))
	for _, n := range indexes {
		key, _ := form.Get(prefix + n + ".key")
		text, _ := form.Get(prefix + n + ".value")
		k := reflect.ValueOf(key).Convert(p.key.typ)
		if out.MapIndex(k).IsValid() {
			return syntax("a map key comes twice")
		}
		e := reflect.New(p.elem.typ).Elem()
		name := prefix + n + ".value."
		if err := d.value(p.elem, e, text, form.under(name), name); err != nil {
			return err
		}
		out.SetMapIndex(k, e)
	}
	v.Set(out)
	return nil
}

// indexes gives the numbers that follow prefix, in numeric order. Gaps are allowed: the services close them.
func (f Form) indexes(prefix string) ([]string, error) {
	var all []string
	for _, p := range f.under(prefix) {
		n, _, _ := strings.Cut(p.Name[len(prefix):], ".")
		if len(all) > 0 && all[len(all)-1] == n {
			continue
		}
		if i, err := strconv.Atoi(n); err != nil || i < 1 || strconv.Itoa(i) != n {
			return nil, syntax("a list index is not a positive number")
		}
		all = append(all, n)
	}
	slices.SortFunc(all, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	return slices.Compact(all), nil
}

// scalar sets a value from text: a query parameter, a header, or a part of the path.
func scalar(p *plan, v reflect.Value, text string) error {
	switch p.kind {
	case kindString:
		if !utf8.ValidString(text) {
			return syntax("a text is not valid UTF-8")
		}
		v.SetString(text)
	case kindInt:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || (v.Kind() == reflect.Int && (n > math.MaxInt32 || n < math.MinInt32)) {
			return syntax("a text cannot be converted to an integer")
		}
		v.SetInt(n)
	case kindBool:
		switch text {
		case "true":
			v.SetBool(true)
		case "false":
			v.SetBool(false)
		default:
			return syntax("a text cannot be converted to a boolean")
		}
	case kindTime:
		return setTime(v, text)
	case kindBlob:
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return syntax("a blob is not base64")
		}
		v.SetBytes(b)
	default:
		return syntax("a text cannot be converted to a structure")
	}
	return nil
}
