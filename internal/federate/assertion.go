package federate

import (
	"slices"
	"time"

	"github.com/beevik/etree"
)

// Bounds of an assertion.
const (
	maxNames  = 200  // attributes
	maxValues = 1000 // of all attributes together
)

// reading is one assertion that was signed, on its way to what it says.
type reading struct {
	p   *SAMLProvider
	o   *SAMLOptions
	now time.Time
	e   *etree.Element
	out Assertion
}

// assertion reads the element and holds it against the rules of the browser profile (SAML 2.0 Profiles section 4.1.4.3).
func (r *reading) assertion() (Assertion, error) {
	for _, step := range []func() error{r.head, r.subject, r.conditions, r.session, r.attributes} {
		if err := step(); err != nil {
			return Assertion{}, err
		}
	}
	return r.out, nil
}

func (r *reading) head() error {
	issuer, ok := text(child(r.e, nsAssertion, "Issuer"))
	if !ok || attr(r.e, "Version") != "2.0" || attr(r.e, "ID") == "" || len(attr(r.e, "ID")) > 1024 {
		return invalid(badResponse)
	}
	if issuer == "" || issuer != r.p.EntityID {
		return invalid(wrongIssuer)
	}
	at, ok := instant(attr(r.e, "IssueInstant"))
	if !ok {
		return invalid(badResponse)
	}
	if at.After(r.now.Add(skew)) {
		return invalid("Response was issued in the future")
	}
	if r.o.MaxAge > 0 && r.now.Sub(at) > r.o.MaxAge {
		return &Error{Kind: ErrExpired, Message: "Token must be redeemed within 5 minutes of issuance"}
	}
	r.out.ID, r.out.Issuer, r.out.IssuedAt = attr(r.e, "ID"), issuer, at
	return nil
}

func (r *reading) subject() error {
	s := child(r.e, nsAssertion, "Subject")
	if s == nil {
		return invalid(badResponse)
	}
	name := child(s, nsAssertion, "NameID")
	value, ok := text(name)
	if !ok || value == "" {
		return invalid("NameID is required in AuthnResponse")
	}
	r.out.Subject = NameID{Value: value, Format: attr(name, "Format"), NameQualifier: attr(name, "NameQualifier"), SPNameQualifier: attr(name, "SPNameQualifier")}
	refusal := invalid("Response has no subject confirmation that can be accepted")
	for _, c := range children(s, nsAssertion, "SubjectConfirmation") {
		if attr(c, "Method") != "urn:oasis:names:tc:SAML:2.0:cm:bearer" {
			continue
		}
		d := child(c, nsAssertion, "SubjectConfirmationData")
		if end, ok := instant(attr(d, "NotOnOrAfter")); ok && end.After(r.out.until) {
			r.out.until = end // whichever confirmation lets it in, it is remembered for as long as any of them could
		}
		if r.out.Recipient != "" {
			continue
		}
		if err := r.confirmation(d); err != nil {
			refusal = err
		}
	}
	if r.out.Recipient == "" {
		return refusal
	}
	return nil
}

// confirmation holds one bearer confirmation against the rules.
func (r *reading) confirmation(d *etree.Element) *Error {
	if d == nil || attr(d, "NotBefore") != "" {
		return invalid(badResponse)
	}
	end, ok := instant(attr(d, "NotOnOrAfter"))
	if !ok {
		return invalid(badResponse)
	}
	if !r.now.Before(end) {
		return expired()
	}
	if !slices.Contains(r.o.Recipients, attr(d, "Recipient")) {
		return invalid("Response is for another recipient")
	}
	if r.o.InResponseTo != "" && attr(d, "InResponseTo") != r.o.InResponseTo {
		return invalid("Response answers another request")
	}
	r.out.Recipient, r.out.InResponseTo, r.out.NotOnOrAfter = attr(d, "Recipient"), attr(d, "InResponseTo"), end
	return nil
}

func expired() *Error { return &Error{Kind: ErrExpired, Message: "Response has expired"} }

func (r *reading) conditions() error {
	c := child(r.e, nsAssertion, "Conditions")
	if c == nil {
		return noAudience()
	}
	if s := attr(c, "NotBefore"); s != "" {
		from, ok := instant(s)
		if !ok {
			return invalid(badResponse)
		}
		if from.After(r.now.Add(skew)) {
			return invalid("Response is not valid yet")
		}
	}
	if s := attr(c, "NotOnOrAfter"); s != "" {
		end, ok := instant(s)
		if !ok {
			return invalid(badResponse)
		}
		if !r.now.Before(end) {
			return expired()
		}
	}
	for _, e := range c.ChildElements() {
		switch {
		case is(e, nsAssertion, "AudienceRestriction"):
			if err := r.audience(e); err != nil {
				return err
			}
		case is(e, nsAssertion, "OneTimeUse"), is(e, nsAssertion, "ProxyRestriction"): // it is used once and never passed on
		default: // a condition that is not understood makes the assertion unusable (SAML 2.0 Core section 2.5.1)
			return invalid(badResponse)
		}
	}
	if r.out.Audience == "" {
		return noAudience()
	}
	return nil
}

// audience holds one restriction against the options. Each restriction has to name one of them (SAML 2.0 Core section 2.5.1.4).
func (r *reading) audience(e *etree.Element) error {
	for _, a := range children(e, nsAssertion, "Audience") {
		if t, ok := text(a); ok && slices.Contains(r.o.Audiences, t) {
			r.out.Audience = t
			return nil
		}
	}
	return noAudience()
}

func noAudience() error {
	return &Error{Kind: ErrAudience, Message: "Response does not contain the required audience."}
}

func (r *reading) session() error {
	all := children(r.e, nsAssertion, "AuthnStatement")
	if len(all) == 0 {
		return invalid(badResponse)
	}
	for _, s := range all {
		if r.out.SessionIndex == "" {
			r.out.SessionIndex = attr(s, "SessionIndex")
		}
		t := attr(s, "SessionNotOnOrAfter")
		if t == "" {
			continue
		}
		end, ok := instant(t)
		if !ok {
			return invalid(badResponse)
		}
		if !r.now.Before(end) {
			return expired()
		}
		if r.out.SessionNotOnOrAfter.IsZero() || end.Before(r.out.SessionNotOnOrAfter) {
			r.out.SessionNotOnOrAfter = end
		}
	}
	return nil
}

func (r *reading) attributes() error {
	r.out.Attributes = map[string][]string{}
	values := 0
	for _, statement := range children(r.e, nsAssertion, "AttributeStatement") {
		for _, a := range children(statement, nsAssertion, "Attribute") {
			name := attr(a, "Name")
			list := children(a, nsAssertion, "AttributeValue")
			values += len(list)
			if name == "" || values > maxValues || len(r.out.Attributes) >= maxNames {
				return invalid(badResponse)
			}
			for _, v := range list {
				t, ok := text(v)
				if !ok { // such as eduPersonTargetedID, whose value is a NameID
					if t, ok = text(child(v, nsAssertion, "NameID")); !ok {
						continue // structured values have no text to compare
					}
				}
				r.out.Attributes[name] = append(r.out.Attributes[name], t)
			}
		}
	}
	return nil
}
