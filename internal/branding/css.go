package branding

import (
	"fmt"
	"slices"
	"strings"
)

// Bounds on a style sheet.
const (
	maxRules        = 200
	maxDeclarations = 50 // of a rule
	maxValue        = 200
)

// Rule is one rule of a style sheet.
type Rule struct {
	Selector     string // a class, with :hover or :focus where the class has it; with its dot
	Declarations []Declaration
}

// Declaration is a property with its value.
type Declaration struct{ Property, Value string }

// selectors are the classes of the classic pages
// (https://docs.aws.amazon.com/cognito/latest/developerguide/hosted-ui-classic-branding.html, and the console's template).
func selectors() []string {
	return []string{
		".background-customizable", ".banner-customizable", ".errorMessage-customizable", ".idpButton-customizable", ".idpButton-customizable:hover",
		".idpDescription-customizable", ".inputField-customizable", ".inputField-customizable:focus", ".label-customizable", ".legalText-customizable",
		".logo-customizable", ".passwordCheck-notValid-customizable", ".passwordCheck-valid-customizable", ".redirect-customizable",
		".socialButton-customizable", ".submitButton-customizable", ".submitButton-customizable:hover", ".textDescription-customizable",
	}
}

// properties are those that the documentation names for any class, with the sides of boxes.
func properties() []string {
	return []string{
		"background", "background-color", "border", "border-bottom", "border-color", "border-left", "border-radius", "border-right", "border-style",
		"border-top", "border-width", "box-sizing", "color", "display", "font-family", "font-size", "font-style", "font-weight", "height",
		"letter-spacing", "line-height", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-height", "max-width", "opacity",
		"outline", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align", "text-decoration", "text-transform", "width",
	}
}

// functions are those that a value may call. None loads anything.
func functions() []string { return []string{"rgb", "rgba", "hsl", "hsla"} }

// CSSError says why a style sheet is not taken. Its text names what is wrong and is safe to show.
type CSSError string

// Error implements error.
func (e CSSError) Error() string { return string(e) }

func cssError(format string, args ...any) error { return CSSError(fmt.Sprintf(format, args...)) }

// ParseCSS reads a style sheet of the classic pages: rules of one class each, from closed lists of classes and properties. Values are numbers,
// words, colours and the functions of colours: nothing that loads, escapes, nests or ends a style element. The error is a CSSError.
func ParseCSS(text string) ([]Rule, error) {
	text, err := uncomment(text)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		head, rest, ok := strings.Cut(text, "{")
		if !ok {
			return nil, cssError("a rule has no body")
		}
		body, rest, ok := strings.Cut(rest, "}")
		if !ok {
			return nil, cssError("a rule does not end")
		}
		text = rest
		selector := strings.TrimSpace(head)
		if !slices.Contains(selectors(), selector) {
			return nil, cssError("%s is not a class that can be customized", quoted(selector))
		}
		list, err := declarations(body)
		if err != nil {
			return nil, err
		}
		if rules = append(rules, Rule{selector, list}); len(rules) > maxRules {
			return nil, cssError("there are more than %d rules", maxRules)
		}
	}
	return rules, nil
}

// uncomment takes comments out, each for a space, so that what stood around one does not become one word.
func uncomment(text string) (string, error) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "/*")
		b.WriteString(before)
		if !ok {
			return b.String(), nil
		}
		_, text, ok = strings.Cut(rest, "*/")
		if !ok {
			return "", cssError("a comment does not end")
		}
		b.WriteByte(' ')
	}
}

func declarations(body string) ([]Declaration, error) {
	var list []Declaration
	for part := range strings.SplitSeq(body, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, ":")
		if !ok {
			return nil, cssError("a declaration has no value")
		}
		name, value = strings.TrimSpace(name), strings.Join(strings.Fields(value), " ")
		if !slices.Contains(properties(), name) {
			return nil, cssError("%s is not a property that can be customized", quoted(name))
		}
		if !plainValue(value) {
			return nil, cssError("the value of %s is not allowed", name)
		}
		if list = append(list, Declaration{name, value}); len(list) > maxDeclarations {
			return nil, cssError("a rule has more than %d declarations", maxDeclarations)
		}
	}
	return list, nil
}

// plainValue takes letters, digits and the signs of numbers, colours and lists, balanced brackets of colour functions alone, and !important at
// the end.
func plainValue(value string) bool {
	value = strings.TrimSpace(strings.TrimSuffix(value, "!important"))
	if value == "" || len(value) > maxValue {
		return false
	}
	start, open := 0, false
	for i := range len(value) {
		c := value[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-'
		switch {
		case c == '(':
			if open || !slices.Contains(functions(), value[start:i]) {
				return false
			}
			open = true
		case c == ')':
			if !open {
				return false
			}
			open = false
		case !letter && (c < '0' || c > '9') && !strings.ContainsRune(" #%.,+/", rune(c)):
			return false
		}
		if !letter {
			start = i + 1
		}
	}
	return !open
}

// quoted shows what was found, shortened, and without what could be taken for markup.
func quoted(s string) string {
	if len(s) > 40 {
		s = s[:40]
	}
	return "'" + strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`<>&'"\`, r) {
			return '?'
		}
		return r
	}, s) + "'"
}
