package wire

import (
	"encoding/base64"
	"math"
	"reflect"
	"strconv"
	"time"
)

// DecodeJSON reads a JSON body into a new input of the operation. It is strict: one value, no duplicate members, exact names,
// valid UTF-8. Members that are null count as absent; members that the model does not have are skipped, as the services do.
func (e *Entry) DecodeJSON(body []byte) (any, Missing, error) {
	in := e.NewInput()
	d := jsonDecoder{jsonScanner: jsonScanner{data: body}}
	if err := d.document(e.input(), reflect.ValueOf(in).Elem()); err != nil {
		return nil, nil, err
	}
	return in, d.missing, nil
}

type jsonDecoder struct {
	jsonScanner
	elements int
	missing  Missing
	path     pathStack
}

func (d *jsonDecoder) document(p *plan, v reflect.Value) error {
	d.space()
	if d.pos == len(d.data) { // an empty body is an empty object
		d.missingMembers(p, nil)
		return nil
	}
	if err := d.value(p, v); err != nil {
		return err
	}
	d.space()
	if d.pos != len(d.data) {
		return syntax("unexpected data after the JSON value")
	}
	return nil
}

func (d *jsonDecoder) value(p *plan, v reflect.Value) error {
	switch p.kind {
	case kindStruct:
		return d.structure(p, v)
	case kindList:
		return d.list(p, v)
	case kindMap:
		return d.mapping(p, v)
	case kindString:
		s, err := d.text()
		v.SetString(s)
		return err
	case kindInt:
		return d.integer(v)
	case kindBool:
		return d.boolean(v)
	case kindTime:
		return d.time(p, v)
	case kindBlob:
		return d.blob(v)
	default:
		raw, err := d.skip()
		v.SetBytes(append([]byte(nil), raw...))
		return err
	}
}

func (d *jsonDecoder) structure(p *plan, v reflect.Value) error {
	if err := d.enter('{', "an object"); err != nil {
		return err
	}
	var seen [128]bool // the widest structure of the models has 30 members
	for first := true; ; first = false {
		name, more, err := d.member(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		i := p.fieldIndex(name)
		if i < 0 {
			if _, err := d.skip(); err != nil {
				return err
			}
			continue
		}
		if seen[i] {
			return syntax("duplicate member")
		}
		if d.null() {
			continue
		}
		seen[i] = true
		f := &p.fields[i]
		d.path.push(f.path)
		if err := d.value(f.plan, f.set(v)); err != nil {
			return err
		}
		d.path.pop(1)
	}
	d.missingMembers(p, seen[:])
	return nil
}

// missingMembers notes required body members that were not seen. Members bound to the URI or headers are noted by their own decoder.
func (d *jsonDecoder) missingMembers(p *plan, seen []bool) {
	for i := range p.fields {
		f := &p.fields[i]
		if f.required && f.location == inBody && p.payload != f.index && (seen == nil || !seen[i]) {
			d.missing = append(d.missing, d.path.with(f.path))
		}
	}
}

func (p *plan) fieldIndex(name []byte) int {
	for i := range p.fields {
		if f := &p.fields[i]; f.name == string(name) && f.location == inBody {
			return i
		}
	}
	return -1
}

func (d *jsonDecoder) list(p *plan, v reflect.Value) error {
	if err := d.enter('[', "a list"); err != nil {
		return err
	}
	out := reflect.MakeSlice(p.typ, 0, 0)
	for i := 0; ; i++ {
		more, err := d.item(i == 0)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err := d.count(); err != nil {
			return err
		}
		if d.null() {
			return syntax("a list cannot hold null")
		}
		e := reflect.New(p.elem.typ).Elem()
		d.path.pushIndex(i)
		if err := d.value(p.elem, e); err != nil {
			return err
		}
		d.path.pop(2)
		out = reflect.Append(out, e)
	}
	v.Set(out)
	return nil
}

func (d *jsonDecoder) mapping(p *plan, v reflect.Value) error {
	if err := d.enter('{', "a map"); err != nil {
		return err
	}
	out := reflect.MakeMap(p.typ)
	for first := true; ; first = false {
		name, more, err := d.member(first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err := d.count(); err != nil {
			return err
		}
		k := reflect.ValueOf(string(name)).Convert(p.key.typ)
		if out.MapIndex(k).IsValid() {
			return syntax("duplicate member")
		}
		if d.null() {
			continue
		}
		e := reflect.New(p.elem.typ).Elem()
		d.path.push(string(name))
		if err := d.value(p.elem, e); err != nil {
			return err
		}
		d.path.pop(1)
		out.SetMapIndex(k, e)
	}
	v.Set(out)
	return nil
}

func (d *jsonDecoder) count() error {
	if d.elements++; d.elements > MaxElements {
		return syntax("too many list or map members")
	}
	return nil
}

func (d *jsonDecoder) integer(v reflect.Value) error {
	n, err := d.number()
	if err != nil {
		return err
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || (v.Kind() == reflect.Int && (i > math.MaxInt32 || i < math.MinInt32)) {
		return syntax("a number cannot be converted to an integer")
	}
	v.SetInt(i)
	return nil
}

func (d *jsonDecoder) boolean(v reflect.Value) error {
	switch {
	case d.literal("true"):
		v.SetBool(true)
	case d.literal("false"):
		v.SetBool(false)
	default:
		return d.mismatch("a boolean")
	}
	return nil
}

func (d *jsonDecoder) time(p *plan, v reflect.Value) error {
	if p.shape.ISO8601 {
		s, err := d.text()
		if err != nil {
			return err
		}
		return setTime(v, s)
	}
	n, err := d.number()
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f < -62135596800 || f > 253402300799 { // years 1 to 9999
		return syntax("a number cannot be converted to a timestamp")
	}
	v.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(f * 1000))).UTC()))
	return nil
}

func setTime(v reflect.Value, s string) error {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return syntax("a text is not an ISO 8601 timestamp")
	}
	v.Set(reflect.ValueOf(t.UTC()))
	return nil
}

func (d *jsonDecoder) blob(v reflect.Value) error {
	s, err := d.text()
	if err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return syntax("a blob is not base64")
	}
	v.SetBytes(b)
	return nil
}
