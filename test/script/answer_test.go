package script

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// answer is a response, read.
type answer struct {
	status int
	header http.Header
	body   []byte
	doc    any // the body as maps, lists and texts; nil when it is neither JSON nor XML
	isXML  bool
}

func readAnswer(r *http.Response) (*answer, error) {
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	a := &answer{status: r.StatusCode, header: r.Header, body: body}
	media := r.Header.Get("Content-Type")
	switch {
	case media == "text/xml":
		a.isXML = true
		a.doc, err = parseXML(body)
	case strings.HasSuffix(media, "json") || strings.HasSuffix(media, "json-1.1"):
		err = a.parseJSON()
	}
	if err != nil {
		return nil, fmt.Errorf("%w in %s", err, body)
	}
	return a, nil
}

func (a *answer) parseJSON() error {
	if len(a.body) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	return d.Decode(&a.doc)
}

// parseXML gives an element as a map of its children by name, a list where a name comes more than once or is "member", the entries of a map by their
// keys, and text for a leaf.
func parseXML(body []byte) (any, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		if start, ok := t.(xml.StartElement); ok {
			v, err := element(d)
			if err != nil {
				return nil, err
			}
			return map[string]any{start.Name.Local: v}, nil
		}
	}
}

func element(d *xml.Decoder) (any, error) {
	children := map[string]any{}
	var text strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			if len(children) > 0 {
				return children, nil
			}
			return text.String(), nil
		case xml.StartElement:
			v, err := element(d)
			if err != nil {
				return nil, err
			}
			if key, value, ok := mapEntry(t.Name.Local, v); ok {
				children[key] = value
				continue
			}
			old, seen := children[t.Name.Local]
			list, isList := old.([]any)
			switch {
			case isList:
				children[t.Name.Local] = append(list, v)
			case t.Name.Local == "member":
				children[t.Name.Local] = []any{v}
			case seen:
				return nil, errors.New("element " + t.Name.Local + " comes twice")
			default:
				children[t.Name.Local] = v
			}
		}
	}
}

// mapEntry reads an entry of a map, which becomes a child of its own.
func mapEntry(name string, v any) (key string, value any, ok bool) {
	m, isMap := v.(map[string]any)
	if name != "entry" || !isMap {
		return "", nil, false
	}
	key, ok = m["key"].(string)
	return key, m["value"], ok
}

// String shows the answer to the reader of a failed story.
func (a *answer) String() string {
	text := strconv.Itoa(a.status) + " " + http.StatusText(a.status) + "\n"
	if a.doc == nil {
		return text + string(a.body) + "\n"
	}
	b, err := json.MarshalIndent(a.doc, "", "  ")
	if err != nil {
		return text + err.Error()
	}
	return text + string(b) + "\n"
}

// at finds a part by a path of names and numbers, such as Credentials.AccessKeyId or Users.0.Username. The two outer elements of an XML answer
// and the word "member" are left out of a path.
func (a *answer) at(path string) (any, bool) {
	v := a.doc
	if a.isXML {
		v = unwrapXML(v)
	}
	for part := range strings.SplitSeq(path, ".") {
		if m, ok := v.(map[string]any); ok && len(m) == 1 && m["member"] != nil {
			v = m["member"]
		}
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[part]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func unwrapXML(v any) any {
	for _, response := range v.(map[string]any) {
		m, ok := response.(map[string]any)
		if !ok {
			return nil
		}
		for name, result := range m {
			if strings.HasSuffix(name, "Result") || name == "Error" {
				return result
			}
		}
	}
	return nil
}

// text gives a part as text: a leaf as it is, anything else as JSON.
func (a *answer) text(path string) (string, bool) {
	v, ok := a.at(path)
	if !ok {
		return "", false
	}
	switch x := v.(type) {
	case string:
		return x, true
	case json.Number:
		return x.String(), true
	}
	b, err := json.Marshal(v)
	return string(b), err == nil
}
