package samlmeta

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"unicode/utf8"

	validator "github.com/mattermost/xml-roundtrip-validator"
)

// Bounds on a document.
const (
	MaxBytes    = 1 << 20 // bytes
	maxDepth    = 32      // elements inside one another
	maxElements = 5000
	maxNames    = 64 // attributes of an element
)

// ErrMalformed says that a text is no metadata in the one spelling that is read. It is wrapped with what is wrong, never with the text.
var ErrMalformed = errors.New("samlmeta: malformed")

type problem string

// Error implements error.
func (p problem) Error() string { return string(p) }

// Is makes errors.Is(err, ErrMalformed) hold.
func (problem) Is(target error) bool { return target == ErrMalformed }

// scan holds the tokens of a document against the rules of the package.
func scan(data []byte) error {
	if len(data) > MaxBytes {
		return problem("the document is too long")
	}
	if !utf8.Valid(data) {
		return problem("the document is not UTF-8")
	}
	if err := validator.Validate(bytes.NewReader(data)); err != nil {
		return problem("the document is not well-formed XML")
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	var w walk
	for {
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return problem("the document is not well-formed XML")
		}
		if err := w.token(t); err != nil {
			return err
		}
	}
	if w.roots != 1 {
		return problem("the document must have one root")
	}
	return nil
}

// walk counts what a document has had so far.
type walk struct{ depth, elements, roots int }

func (w *walk) token(t xml.Token) error {
	switch x := t.(type) {
	case xml.StartElement:
		if w.depth == 0 {
			w.roots++
		}
		w.depth++
		w.elements++
		if w.depth > maxDepth || w.elements > maxElements || len(x.Attr) > maxNames {
			return problem("the document has too many elements")
		}
		if twice(x.Attr) {
			return problem("an element has an attribute twice")
		}
	case xml.EndElement:
		w.depth--
	case xml.Directive:
		return problem("a document type is not allowed")
	case xml.ProcInst:
		if x.Target != "xml" || w.roots > 0 {
			return problem("a processing instruction is not allowed")
		}
	case xml.CharData:
		if w.depth == 0 && len(bytes.TrimLeft(x, " \t\r\n\ufeff")) > 0 {
			return problem("there is text outside of the document")
		}
	}
	return nil
}

func twice(list []xml.Attr) bool {
	for i, a := range list {
		for _, b := range list[:i] {
			if a.Name == b.Name {
				return true
			}
		}
	}
	return false
}
