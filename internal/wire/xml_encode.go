package wire

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// EncodeXML writes the answer of an awsQuery operation: <XResponse><XResult>…</XResult><ResponseMetadata>…</XResponse>.
func (e *Entry) EncodeXML(b []byte, out any, requestID string) []byte {
	name := e.Operation.Name
	b = append(b, '<')
	b = append(append(b, name...), `Response xmlns="`...)
	b = append(append(b, e.Service.Namespace...), `">`...)
	if w := e.Operation.ResultWrapper; w != "" {
		b = appendResult(b, w, e.output(), reflect.ValueOf(out).Elem())
	}
	b = append(b, "<ResponseMetadata><RequestId>"...)
	b = append(b, requestID...)
	b = append(b, "</RequestId></ResponseMetadata></"...)
	return append(append(b, name...), "Response>"...)
}

// appendResult writes the result itself. Unlike a list further down, a list that is a member of a result is there even when it holds
// nothing, as with AWS: clients loop over it without asking whether it is there. Only tags of what was just made are left out.
func appendResult(b []byte, name string, p *plan, v reflect.Value) []byte {
	b = append(append(append(b, '<'), name...), '>')
	made := strings.HasPrefix(name, "Create") || strings.HasPrefix(name, "Upload")
	for i := range p.fields {
		f := &p.fields[i]
		if fv, ok := f.get(v); ok || f.plan.kind == kindList && !made {
			b = appendElement(b, f.name, f.plan, fv)
		}
	}
	return append(append(append(b, "</"...), name...), '>')
}

func appendElement(b []byte, name string, p *plan, v reflect.Value) []byte {
	b = append(append(append(b, '<'), name...), '>')
	switch p.kind {
	case kindStruct:
		for i := range p.fields {
			f := &p.fields[i]
			if fv, ok := f.get(v); ok {
				b = appendElement(b, f.name, f.plan, fv)
			}
		}
	case kindList:
		for i := range v.Len() {
			b = appendElement(b, "member", p.elem, v.Index(i))
		}
	case kindMap:
		for _, k := range sortedKeys(v) {
			b = append(b, "<entry>"...)
			b = appendElement(b, "key", p.key, k)
			b = appendElement(b, "value", p.elem, v.MapIndex(k))
			b = append(b, "</entry>"...)
		}
	case kindString:
		b = AppendXMLText(b, v.String())
	case kindInt:
		b = strconv.AppendInt(b, v.Int(), 10)
	case kindBool:
		b = strconv.AppendBool(b, v.Bool())
	case kindTime:
		b = v.Interface().(time.Time).UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
	default: // blobs; no query service has documents
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
	}
	return append(append(append(b, "</"...), name...), '>')
}

// AppendXMLText writes s as XML character data. Characters that XML 1.0 cannot hold become the replacement character.
func AppendXMLText(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c == '<':
				b = append(b, "&lt;"...)
			case c == '>':
				b = append(b, "&gt;"...)
			case c == '&':
				b = append(b, "&amp;"...)
			case c == '"':
				b = append(b, "&quot;"...)
			case c == '\r':
				b = append(b, "&#xD;"...)
			case c < 0x20 && c != '\t' && c != '\n':
				b = utf8.AppendRune(b, utf8.RuneError)
			default:
				b = append(b, c)
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b = utf8.AppendRune(b, r)
		i += n
	}
	return b
}
