package branding

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mayfly-id/mayfly/jws"
)

// Bounds on the settings of a style.
const (
	maxSettings = 256 << 10 // bytes
	maxItems    = 100       // of a list
	maxCustom   = 300       // identity providers with a button of their own
	maxWord     = 64
	maxNumber   = 1000 // pixels
)

// defaultsText is the settings of a style that says nothing, and by its shape the description of all that settings may say.
//
//go:embed defaults.json
var defaultsText []byte

// customButtons is where settings have members of any name: buttons of identity providers by their names, each like the standard one.
const customButtons = "components.idpButton.custom"

var (
	colour = regexp.MustCompile(`^[0-9a-fA-F]{8}$`)
	word   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
)

// words are the choices of settings that have them, by the last part of their path
// (https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-brandingeditor.html).
func words() map[string][]string {
	place := []string{"START", "CENTER", "END"}
	return map[string][]string{
		"colorSchemeMode": {"LIGHT", "DARK", "DYNAMIC"}, "spacingDensity": {"COMPACT", "REGULAR", "COMFORTABLE"},
		"horizontal": place, "vertical": {"TOP", "START", "CENTER", "END", "BOTTOM"}, "location": place, "position": {"TOP", "BOTTOM"},
		"formInclusion": {"IN", "OUT"}, "display": {"BUTTON", "INPUT"}, "enforcement": {"NONE"}, "sessionTimerDisplay": {"NONE"},
		"displayType": {"TEXT", "FLAG"}, "interfaceStyle": {"BUTTON_LIST", "DROPDOWN"}, "enabledTypes": {"ICO", "SVG"},
	}
}

// settingsError says why settings are not taken. Its text names a path of known names, and is safe to show.
type settingsError string

// Error implements error.
func (e settingsError) Error() string { return string(e) }

func badSetting(path, what string) error {
	return settingsError(fmt.Sprintf("%s %s", path, what))
}

// defaults gives the settings of a style that says nothing, as a tree of its own.
func defaults() (map[string]any, error) {
	tree := map[string]any{}
	if err := jws.StrictObject(defaultsText, &tree); err != nil {
		return nil, errors.New("branding: the default settings cannot be read")
	}
	return tree, nil
}

// parseSettings reads settings, and holds them against the defaults: every member must be there, of the same kind. The error is a settingsError
// unless it is the program's own.
func parseSettings(data []byte) (map[string]any, error) {
	if len(data) > maxSettings {
		return nil, settingsError("Settings are too long")
	}
	tree := map[string]any{}
	if err := jws.StrictObject(data, &tree); err != nil {
		return nil, settingsError("Settings are not a JSON object, or name a member twice")
	}
	like, err := defaults()
	if err != nil {
		return nil, err
	}
	return tree, checkObject("", tree, like, like)
}

func checkObject(path string, given, like, root map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at := name
		if path != "" {
			at = path + "." + name
		}
		model, ok := like[name]
		if path == customButtons {
			if len(given) > maxCustom || name == "" || utf8.RuneCountInString(name) > 32 {
				return badSetting(path, "has too many members, or one that no identity provider can be named by")
			}
			model, ok = standardButton(root), true
		}
		if !ok {
			return badSetting(shown(at), "is not a setting")
		}
		if err := check(at, name, given[name], model, root); err != nil {
			return err
		}
	}
	return nil
}

// standardButton is the part of the defaults that a provider's own button looks like.
func standardButton(root map[string]any) any {
	for _, name := range []string{"components", "idpButton"} {
		next, ok := root[name].(map[string]any)
		if !ok {
			return nil
		}
		root = next
	}
	return root["standard"]
}

func check(path, name string, given, like any, root map[string]any) error {
	switch model := like.(type) {
	case map[string]any:
		object, ok := given.(map[string]any)
		if !ok {
			return badSetting(shown(path), "must be an object")
		}
		return checkObject(path, object, model, root)
	case []any:
		list, ok := given.([]any)
		if !ok || len(list) > maxItems {
			return badSetting(shown(path), "must be a list of bounded length")
		}
		for _, item := range list {
			element := any("")
			if len(model) > 0 {
				element = model[0]
			}
			if err := check(path, name, item, element, root); err != nil {
				return err
			}
		}
	case bool:
		if _, ok := given.(bool); !ok {
			return badSetting(shown(path), "must be true or false")
		}
	case float64:
		n, ok := given.(float64)
		if !ok || n < 0 || n > maxNumber || n != math.Trunc(n) {
			return badSetting(shown(path), "must be a number of pixels")
		}
	case string:
		return checkText(path, name, given, model)
	default:
		return badSetting(shown(path), "is not a setting")
	}
	return nil
}

func checkText(path, name string, given any, like string) error {
	text, ok := given.(string)
	choices := words()[name]
	switch {
	case !ok:
		return badSetting(shown(path), "must be a text")
	case colour.MatchString(like):
		if !colour.MatchString(text) {
			return badSetting(shown(path), "must be a colour of eight hexadecimal digits")
		}
	case choices != nil:
		if !slices.Contains(choices, text) {
			return badSetting(shown(path), "must be one of "+strings.Join(choices, ", "))
		}
	case name == "order": // names of identity providers
		if text == "" || utf8.RuneCountInString(text) > 32 {
			return badSetting(shown(path), "must hold names of identity providers")
		}
	case len(text) > maxWord || !word.MatchString(text):
		return badSetting(shown(path), "must be a word")
	}
	return nil
}

// shown is a path for an error: its names are the sender's own.
func shown(path string) string {
	if len(path) > 120 {
		path = path[:120]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`<>&'"\`, r) {
			return '?'
		}
		return r
	}, path)
}

// merge writes the members of over into base: objects member by member, everything else as a whole.
func merge(base, over map[string]any) {
	for name, value := range over {
		next, isObject := value.(map[string]any)
		if under, ok := base[name].(map[string]any); ok && isObject {
			merge(under, next)
			continue
		}
		base[name] = value
	}
}

// encode writes settings as they are kept.
func encode(tree map[string]any) (string, error) {
	if len(tree) == 0 {
		return "", nil
	}
	data, err := json.Marshal(tree)
	return string(data), err
}
