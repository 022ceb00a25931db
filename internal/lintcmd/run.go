package lintcmd

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/mayfly-id/mayfly/iampolicy/lint"
)

// Document is one document with the name it is reported under.
type Document struct {
	Name string
	Text []byte
}

// MostBytes is as much of a document as is worth reading: longer ones are refused for their length.
const MostBytes = 131072 + 1

// KindOf reads the name of a kind of policy.
func KindOf(name string) (lint.Kind, error) {
	for _, k := range lint.Kinds() {
		if string(k) == name {
			return k, nil
		}
	}
	return "", fmt.Errorf("unknown type %q: want one of %v", name, lint.Kinds())
}

// report is the findings of one document, as JSON shows them.
type report struct {
	File     string         `json:"file"`
	Findings []lint.Finding `json:"findings"`
}

// Run judges documents and writes what was found, as lines or as one JSON list. errors is how many findings are errors.
func Run(w io.Writer, documents []Document, k lint.Kind, asJSON bool) (errors int, err error) {
	options := lint.Options{Actions: Actions()}
	reports := make([]report, len(documents))
	for i, d := range documents {
		reports[i] = report{File: d.Name, Findings: lint.Lint(d.Text, k, options)}
		if reports[i].Findings == nil {
			reports[i].Findings = []lint.Finding{}
		}
		for _, f := range reports[i].Findings {
			if f.Severity == lint.Error {
				errors++
			}
		}
	}
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return errors, e.Encode(reports)
	}
	return errors, lines(w, reports)
}

func lines(w io.Writer, reports []report) error {
	for i := range reports {
		for _, f := range reports[i].Findings {
			place := f.Path
			if place == "" {
				place = "document"
			}
			if _, err := fmt.Fprintf(w, "%s: %s: %s: %s (%s)\n", reports[i].File, place, f.Severity, f.Message, f.Code); err != nil {
				return err
			}
		}
	}
	return nil
}
