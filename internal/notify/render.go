package notify

import (
	"html"
	"regexp"
	"strings"

	"github.com/mayfly-id/mayfly/internal/directory"
)

// The texts of Cognito where the pool has none
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-message-customizations.html).
const (
	inviteSubject   = "Your temporary password"
	inviteBody      = "Your username is {username} and temporary password is {####}."
	codeSubject     = "Your verification code"
	codeBody        = "Your verification code is {####}."
	linkSubject     = "Your verification link"
	linkBody        = "Please click the link below to verify your email address. {##Verify Email##}"
	signInSubject   = "Your authentication code"
	signInBody      = "Your authentication code is {####}."
	takeoverSubject = "New sign-in attempt"
	takeoverBody    = "We noticed a sign-in to the account {username} that does not look like yours. If it was not you, change your password."
)

// The placeholders of templates.
const (
	codePlace = "{####}"
	namePlace = "{username}"
	linkPlace = "{##Verify Email##}" // what a custom message function is shown; any text may stand between the signs
)

// text is what a message says before its placeholders are replaced.
type text struct{ subject, body string }

// or fills empty parts.
func (t text) or(subject, body string) text {
	if t.subject == "" {
		t.subject = subject
	}
	if t.body == "" {
		t.body = body
	}
	return t
}

// template gives the pool's text for a message, or Cognito's where the pool has none. The subject is for e-mail.
func template(m *directory.Message) text {
	p, mail := m.Pool, Medium(m.Medium) == Email
	pick := func(t directory.MessageTemplate) text {
		if mail {
			return text{t.Subject, t.Email}
		}
		return text{"", t.SMS}
	}
	switch {
	case Kind(m.Kind) == Invitation:
		return pick(p.Invite).or(inviteSubject, inviteBody)
	case Kind(m.Kind) == Authentication && mail:
		return text{p.MFA.EmailSubject, p.MFA.EmailMessage}.or(signInSubject, signInBody)
	case Kind(m.Kind) == Authentication:
		return text{"", p.SMSAuthMessage}.or("", signInBody)
	case Kind(m.Kind) == Takeover:
		return text{}.or(takeoverSubject, takeoverBody)
	case mail && m.Link != "":
		return text{p.LinkSubject, p.LinkMessage}.or(linkSubject, linkBody)
	}
	return pick(p.Verification).or(codeSubject, codeBody)
}

// linkText finds {##text##}; the text becomes that of the link.
var linkText = regexp.MustCompile(`\{##([^#{}][^{}]*?)##\}`)

// places finds everything that is replaced.
var places = regexp.MustCompile(`\{username\}|\{####\}|` + linkText.String())

// values is what stands for the placeholders.
type values struct{ username, code, link string }

// render replaces the placeholders in one pass, so that a user name that looks like a placeholder stays text. Where the text is HTML, values cannot
// add tags to it. Without a link, what would be its text stays as it is.
func (v values) render(text string, markup bool) string {
	safe := func(s string) string {
		if markup {
			return html.EscapeString(s)
		}
		return s
	}
	return places.ReplaceAllStringFunc(text, func(place string) string {
		switch {
		case place == namePlace:
			return safe(v.username)
		case place == codePlace:
			return safe(v.code)
		case v.link == "":
			return place
		}
		return `<a href="` + html.EscapeString(v.link) + `">` + place[3:len(place)-3] + `</a>`
	})
}

// tag finds what begins or ends an HTML element.
var tag = regexp.MustCompile(`(?i)<(/?)([a-z][a-z0-9]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>`)

// hasTags tells whether a text is HTML: it has a tag, or becomes one with a link.
func hasTags(body string, link bool) bool {
	return tag.MatchString(body) || link && linkText.MatchString(body)
}

var (
	unseen = regexp.MustCompile(`(?is)<(?:style|script|head|title)\b.*?</(?:style|script|head|title)\s*>|<!--.*?-->`)
	href   = regexp.MustCompile(`(?i)\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')`)
	blanks = regexp.MustCompile(`\n{3,}`)
)

// plain is an HTML text for those who read no HTML: without tags, with the addresses of links behind their texts.
func plain(body string) string {
	body = unseen.ReplaceAllString(body, "")
	var out strings.Builder
	var open []string // addresses of links that are open
	last := 0
	for _, at := range tag.FindAllStringSubmatchIndex(body, -1) {
		out.WriteString(body[last:at[0]])
		last = at[1]
		closing, name := at[2] != at[3], strings.ToLower(body[at[4]:at[5]])
		switch name {
		case "a":
			if !closing {
				open = append(open, address(body[at[6]:at[7]]))
			} else if n := len(open); n > 0 {
				if open[n-1] != "" {
					out.WriteString(" (" + open[n-1] + ")")
				}
				open = open[:n-1]
			}
		case "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol":
			out.WriteString("\n")
		}
	}
	out.WriteString(body[last:])
	return strings.TrimSpace(blanks.ReplaceAllString(html.UnescapeString(out.String()), "\n\n"))
}

// address reads the href among a tag's attributes.
func address(attributes string) string {
	m := href.FindStringSubmatch(attributes)
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}
