package federate

import (
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// TestWrapping moves signed elements about and puts others where they were (Somorovsky et al., "On Breaking SAML", 2012): none is accepted, and
// none gives another name.
func TestWrapping(t *testing.T) {
	i, c := newIDP(t, rsaKey()), newClock()
	v := newVerifier(t, nil, c)
	tried := 0
	for _, what := range []int{signAssertion, signResponse, signAssertion | signResponse} {
		good := i.sign(t, response("x"), what, "")
		for name, text := range wrappings(t, good) {
			tried++
			got, err := v.VerifySAML(t.Context(), i.provider(), encoded(text), options())
			if err == nil {
				t.Errorf("%d %s: accepted as %s", what, name, got.Subject.Value)
			}
		}
		if _, err := v.VerifySAML(t.Context(), i.provider(), encoded(strings.Replace(good, "<saml:Issuer>", "<saml:Issuer >", 1)), options()); err != nil {
			t.Fatalf("%d: what was wrapped is not good itself: %v", what, err)
		}
		if err := v.config.Store.Close(); err != nil {
			t.Fatal(err)
		}
		v = newVerifier(t, nil, c)
	}
	if tried < 200 {
		t.Errorf("only %d wrappings", tried)
	}
}

// wrappings gives variants of a signed response in which an evil assertion or response stands beside the signed one: every place for the one,
// every place for the other, with and without the signature, with the old id and a new one.
func wrappings(t *testing.T, good string) map[string]string {
	t.Helper()
	out := map[string]string{}
	places := []string{"first", "last", "in status", "in signature", "in object", "in subject", "in attribute", "in advice", "in extensions", "around"}
	for _, place := range places {
		for _, sameID := range []bool{true, false} {
			for _, keepSignature := range []bool{true, false} {
				for _, wrapped := range []string{"assertion", "response"} {
					doc := parse(t, good)
					name := place + " " + wrapped
					if sameID {
						name += " same id"
					}
					if keepSignature {
						name += " with signature"
					}
					if wrap(t, doc, wrapped, place, sameID, keepSignature) {
						out[name] = write(t, doc)
					}
				}
			}
		}
	}
	return out
}

// wrap puts the signed original into an evil copy of it.
func wrap(t *testing.T, doc *etree.Document, wrapped, place string, sameID, keepSignature bool) bool {
	t.Helper()
	root := doc.Root()
	original := root
	if wrapped == "assertion" {
		original = root.FindElement("./Assertion")
	}
	evil := original.Copy()
	for _, n := range evil.FindElements(".//NameID") {
		n.SetText("mallory@example.com")
	}
	if !sameID {
		evil.CreateAttr("ID", "_evil")
	}
	if s := evil.FindElement("./Signature"); s != nil && !keepSignature {
		evil.RemoveChild(s)
	}
	if wrapped == "assertion" {
		root.InsertChildAt(original.Index(), evil)
		root.RemoveChild(original)
	} else {
		doc.SetRoot(evil)
	}
	return put(doc.Root(), evil, original, place)
}

// put hides the original in one of the places.
func put(root, evil, original *etree.Element, place string) bool {
	find := func(path string) *etree.Element { return root.FindElement(path) }
	into := func(e *etree.Element) bool {
		if e == nil {
			return false
		}
		e.AddChild(original)
		return true
	}
	switch place {
	case "first":
		root.InsertChildAt(0, original)
		return true
	case "last":
		return into(root)
	case "in status":
		return into(find("./Status"))
	case "in signature":
		return into(find(".//Signature"))
	case "in object":
		s := find(".//Signature")
		if s == nil {
			return false
		}
		o := s.CreateElement("Object")
		o.Space = s.Space
		return into(o)
	case "in subject":
		return into(find(".//Subject"))
	case "in attribute":
		return into(find(".//AttributeValue"))
	case "in advice":
		a := evil
		if a.Tag != "Assertion" {
			a = find("./Assertion")
		}
		if a == nil {
			return false
		}
		return into(a.CreateElement("saml:Advice"))
	case "in extensions":
		e := root.CreateElement("samlp:Extensions")
		return into(e)
	case "around":
		e := root.CreateElement("any")
		return into(e.CreateElement("more"))
	}
	return false
}
