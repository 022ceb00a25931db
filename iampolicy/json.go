package iampolicy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// node is a JSON value with the order of its members kept, so that a document can be written back as its author wrote it.
type node struct {
	kind    nodeKind
	text    string // the value of a string; the token of a number or boolean
	items   []*node
	members []member

	start, end int // of an object: the offsets after its "{" and after its "}"
}

type member struct {
	name  string
	value *node
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	stringNode
	numberNode
	boolNode
	arrayNode
	objectNode
)

// readJSON reads one JSON value and nothing after it. It refuses what JSON libraries are free to interpret: a member twice, invalid
// UTF-8, half a surrogate pair.
func readJSON(document []byte) (*node, error) {
	if !utf8.Valid(document) {
		return nil, errors.New("the document is not UTF-8")
	}
	var raw json.RawMessage
	var bad *json.SyntaxError
	if err := json.Unmarshal(document, &raw); errors.As(err, &bad) {
		at := newRuler(document).position(int(bad.Offset) - 1)
		return nil, fmt.Errorf("the document is not JSON from line %d, column %d", at.Line, at.Column)
	} else if err != nil {
		return nil, errors.New("the document is not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	n, ok := readNode(d, 0)
	if !ok {
		at := newRuler(document).position(int(d.InputOffset()))
		return nil, fmt.Errorf("before line %d, column %d: a member stands twice, a text is half a character, or there are too many levels or values", at.Line, at.Column)
	}
	return n, nil
}

func readNode(d *json.Decoder, depth int) (*node, bool) {
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return nil, false
	}
	switch v := token.(type) {
	case string:
		return &node{kind: stringNode, text: v}, readable(v)
	case json.Number:
		return &node{kind: numberNode, text: v.String()}, true
	case bool:
		return &node{kind: boolNode, text: strconv.FormatBool(v)}, true
	case json.Delim:
		if v == '{' {
			return readObject(d, depth)
		}
		return readArray(d, depth)
	}
	return &node{kind: nullNode}, true
}

func readArray(d *json.Decoder, depth int) (*node, bool) {
	n := &node{kind: arrayNode}
	for d.More() {
		item, ok := readNode(d, depth+1)
		if !ok || len(n.items) == maxValues {
			return nil, false
		}
		n.items = append(n.items, item)
	}
	_, err := d.Token()
	return n, err == nil
}

func readObject(d *json.Decoder, depth int) (*node, bool) {
	n := &node{kind: objectNode, start: int(d.InputOffset())}
	seen := map[string]struct{}{}
	for d.More() {
		token, err := d.Token()
		name, isString := token.(string)
		if err != nil || !isString || !readable(name) {
			return nil, false
		}
		if _, dup := seen[name]; dup || len(seen) == maxValues {
			return nil, false
		}
		seen[name] = struct{}{}
		value, ok := readNode(d, depth+1)
		if !ok {
			return nil, false
		}
		n.members = append(n.members, member{name, value})
	}
	_, err := d.Token()
	n.end = int(d.InputOffset())
	return n, err == nil
}

// readable reports whether the decoder kept s as written: it puts U+FFFD where an escape is half a surrogate pair.
func readable(s string) bool { return !strings.ContainsRune(s, utf8.RuneError) }

// get returns the member called name, nil if there is none.
func (n *node) get(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// each returns the items of an array; anything else is its own only item.
func (n *node) each() []*node {
	if n.kind == arrayNode {
		return n.items
	}
	return []*node{n}
}

// scalar returns the text of a string, number or boolean.
func (n *node) scalar() (string, bool) {
	return n.text, n.kind == stringNode || n.kind == numberNode || n.kind == boolNode
}

// write appends n as compact JSON. No element of a policy may be null, so a policy has none to write.
func (n *node) write(b *bytes.Buffer) {
	switch n.kind {
	case stringNode:
		writeString(b, n.text)
	case numberNode, boolNode:
		b.WriteString(n.text)
	case arrayNode:
		b.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b)
		}
		b.WriteByte(']')
	case objectNode:
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(b, m.name)
			b.WriteByte(':')
			m.value.write(b)
		}
		b.WriteByte('}')
	}
}

// writeString appends s as a JSON string, leaving "<", ">" and "&" alone: a policy is compared as text by its users.
func writeString(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	// Encoding a string into a buffer cannot fail; the encoder ends it with a newline.
	_ = e.Encode(s)
	b.Truncate(b.Len() - 1)
}
