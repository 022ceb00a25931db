package federate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/beevik/etree"
	validator "github.com/mattermost/xml-roundtrip-validator"
)

// Bounds of an XML document beside its length.
const (
	maxDepth      = 48
	maxElements   = 20000
	maxAttributes = 64 // of one element
	maxNamespaces = 64 // declared by an element and those around it: whatever canonicalizes copies them for every element
)

// errXML means that a document is not XML of the plain kind that SAML needs.
var errXML = errors.New("federate: not acceptable XML")

// gate reads an XML document that means the same to every parser: UTF-8, no document type and so no entities, no processing instructions, nothing
// that changes when it is written again. Everything else that looks at XML here stands behind it.
func gate(raw []byte, most int) (*etree.Document, error) {
	if len(raw) == 0 || len(raw) > most || !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
		return nil, errXML
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")) // a byte order mark
	if err := plain(raw); err != nil {
		return nil, err
	}
	if validator.Validate(bytes.NewReader(raw)) != nil {
		return nil, errXML
	}
	doc := etree.NewDocument()
	if doc.ReadFromBytes(raw) != nil || doc.Root() == nil {
		return nil, errXML
	}
	return doc, nil
}

// plain walks the document once and refuses what no SAML document needs.
func plain(raw []byte) error {
	d := xml.NewDecoder(bytes.NewReader(raw)) // strict, and without a reader for encodings other than UTF-8
	depth, elements, roots := 0, 0, 0
	var declared [maxDepth + 1]int // by the open elements down to each depth
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if depth != 0 || roots != 1 {
				return errXML
			}
			return nil
		}
		if err != nil {
			return errXML
		}
		switch t := t.(type) {
		case xml.Directive:
			return errXML
		case xml.ProcInst:
			if t.Target != "xml" || elements > 0 {
				return errXML
			}
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			elements++
			if depth > maxDepth || elements > maxElements || len(t.Attr) > maxAttributes || twice(t.Attr) {
				return errXML
			}
			if declared[depth] = declared[depth-1] + declarations(t.Attr); declared[depth] > maxNamespaces {
				return errXML
			}
		case xml.EndElement:
			if depth--; depth < 0 {
				return errXML
			}
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(t)) > 0 {
				return errXML
			}
		}
	}
}

// twice tells whether an attribute stands twice in an element, which parsers read in different ways.
func twice(attrs []xml.Attr) bool {
	for i := range attrs {
		for j := range i {
			if attrs[i].Name == attrs[j].Name {
				return true
			}
		}
	}
	return false
}

// declarations counts the namespaces that an element declares.
func declarations(attrs []xml.Attr) (n int) {
	for i := range attrs {
		if name := attrs[i].Name; name.Space == "xmlns" || name.Space == "" && name.Local == "xmlns" {
			n++
		}
	}
	return n
}

// is tells whether an element has a name in a namespace.
func is(e *etree.Element, space, name string) bool { return e.Tag == name && e.NamespaceURI() == space }

// children gives the children of a name.
func children(e *etree.Element, space, name string) []*etree.Element {
	var out []*etree.Element
	for _, c := range e.ChildElements() {
		if is(c, space, name) {
			out = append(out, c)
		}
	}
	return out
}

// child gives the only child of a name; nil when there is none, or more than one.
func child(e *etree.Element, space, name string) *etree.Element {
	if e == nil {
		return nil
	}
	if all := children(e, space, name); len(all) == 1 {
		return all[0]
	}
	return nil
}

// text gives the text of an element without children. A comment within is no end of it: what stands on both sides was signed as one text.
func text(e *etree.Element) (string, bool) {
	if e == nil {
		return "", false
	}
	var b strings.Builder
	for _, c := range e.Child {
		switch c := c.(type) {
		case *etree.CharData:
			b.WriteString(c.Data)
		case *etree.Comment:
		default:
			return "", false
		}
	}
	return strings.TrimSpace(b.String()), true
}

// attr gives an attribute without a namespace; of no element it is empty.
func attr(e *etree.Element, name string) string {
	if e == nil {
		return ""
	}
	for i := range e.Attr {
		if e.Attr[i].Space == "" && e.Attr[i].Key == name {
			return e.Attr[i].Value
		}
	}
	return ""
}
