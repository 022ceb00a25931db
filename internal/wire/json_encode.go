package wire

import (
	"cmp"
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// EncodeJSON writes an output as JSON. Absent members are left out; timestamps are seconds since 1970, with
// milliseconds only where there are some.
func (e *Entry) EncodeJSON(b []byte, out any) []byte {
	p, v := e.output(), reflect.ValueOf(out).Elem()
	if p.payload >= 0 {
		f := &p.fields[p.payload]
		if pv, ok := f.get(v); ok {
			return appendJSON(b, f.plan, pv)
		}
		return b
	}
	return appendJSON(b, p, v)
}

func appendJSON(b []byte, p *plan, v reflect.Value) []byte {
	switch p.kind {
	case kindStruct:
		return appendObject(b, p, v)
	case kindList:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, p.elem, v.Index(i))
		}
		return append(b, ']')
	case kindMap:
		b = append(b, '{')
		for i, k := range sortedKeys(v) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendJSONString(b, k.String()), ':')
			b = appendJSON(b, p.elem, v.MapIndex(k))
		}
		return append(b, '}')
	case kindString:
		return AppendJSONString(b, v.String())
	case kindInt:
		return strconv.AppendInt(b, v.Int(), 10)
	case kindBool:
		return strconv.AppendBool(b, v.Bool())
	case kindTime:
		t := v.Interface().(time.Time)
		if p.shape.ISO8601 {
			return append(t.UTC().AppendFormat(append(b, '"'), "2006-01-02T15:04:05Z"), '"')
		}
		return appendEpoch(b, t)
	case kindBlob:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"')
	default:
		return append(b, v.Bytes()...)
	}
}

func appendObject(b []byte, p *plan, v reflect.Value) []byte {
	b = append(b, '{')
	first := true
	for i := range p.fields {
		f := &p.fields[i]
		fv, ok := f.get(v)
		if !ok || f.location != inBody {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(AppendJSONString(b, f.name), ':')
		b = appendJSON(b, f.plan, fv)
	}
	return append(b, '}')
}

func appendEpoch(b []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms%1000 == 0 {
		return strconv.AppendInt(b, ms/1000, 10)
	}
	return strconv.AppendFloat(b, float64(ms)/1000, 'f', 3, 64)
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}

// AppendJSONString writes s as a JSON string. Bytes that are not UTF-8 become the replacement character.
func AppendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n
			continue
		}
		i++
	}
	return append(b, '"')
}
