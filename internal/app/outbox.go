package app

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/mayfly-id/mayfly/internal/notify"
)

// outboxFile is where messages that no gateway takes are kept.
func outboxFile(data string) string { return filepath.Join(data, "outbox.jsonl") }

// WriteOutbox writes the messages of a data folder's outbox, newest first, as text or as a JSON list; n < 1 writes all. The server may be running.
// Messages hold codes and temporary passwords: what is written is for whoever may read the folder.
func WriteOutbox(w io.Writer, data string, n int, asJSON bool) error {
	list, err := notify.ReadOutbox(outboxFile(data), n)
	if err != nil {
		return err
	}
	if asJSON {
		if list == nil {
			list = []notify.Message{}
		}
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(list)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "The outbox is empty.")
		return err
	}
	for i := range list {
		if err := writeMessage(w, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeMessage writes one message for people.
func writeMessage(w io.Writer, m *notify.Message) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"Time", m.Time.Format("2006-01-02 15:04:05 MST")}, {"To", m.To + " (" + string(m.Medium) + ")"}, {"User", m.Username + " of " + m.PoolID},
		{"Kind", string(m.Kind)}, {"Code", m.Code}, {"Subject", m.Subject},
	} {
		if line[1] != "" {
			fmt.Fprintf(table, "%s:\t%s\n", line[0], visible(line[1]))
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	body := strings.ReplaceAll(strings.TrimSpace(m.Body), "\n", "\n  ")
	_, err := fmt.Fprintf(w, "\n  %s\n\n", visible(body))
	return err
}

// visible takes control characters away: names and texts come from others, and a terminal would obey them.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, s)
}
