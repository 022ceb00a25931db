package script

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// functions stands for the functions of triggers: it fills in the responses that a story has written down, and keeps the events.
type functions struct {
	mu        sync.Mutex
	responses map[string]map[string]any // by trigger source: members of the response, or errorMessage
	events    map[string]json.RawMessage
}

// cmdFunctions makes every function of a trigger answer what a file says, and has a server that starts later call them there: functions FILE.
// The file is a JSON object from trigger source to the members of the response; {"errorMessage": TEXT} makes the function fail.
func cmdFunctions(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: functions FILE")
	}
	w := worldOf(ts)
	responses := map[string]map[string]any{}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &responses))
	if w.functions != nil { // other answers from now on
		w.functions.mu.Lock()
		defer w.functions.mu.Unlock()
		w.functions.responses = responses
		return
	}
	w.functions = &functions{responses: responses, events: map[string]json.RawMessage{}}
	s := httptest.NewServer(w.functions)
	ts.Defer(s.Close)
	file := ts.MkAbs("functions-of-the-server.json")
	ts.Check(os.WriteFile(file, []byte(`{"*":{"url":"`+s.URL+`"}}`), 0o600))
	ts.Setenv("MAYFLY_FUNCTIONS", file)
	ts.Setenv("MAYFLY_OUTBOUND_ALLOW", "127.0.0.1")
}

// ServeHTTP is the functions' endpoint.
func (f *functions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var raw json.RawMessage
	var event map[string]any
	if err := json.NewDecoder(r.Body).Decode(&raw); err != nil || json.Unmarshal(raw, &event) != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	source, _ := event["triggerSource"].(string)
	f.events[source] = raw
	response, _ := event["response"].(map[string]any)
	if response == nil {
		response = map[string]any{}
	}
	if text, fails := f.responses[source]["errorMessage"]; fails {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"errorMessage": text})
		return
	}
	maps.Copy(response, f.responses[source])
	event["response"] = response
	_ = json.NewEncoder(w).Encode(event)
}

// cmdCalled makes the last event of a source the last answer: called SOURCE.
func cmdCalled(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if len(args) != 1 || w.functions == nil {
		ts.Fatalf("usage: called SOURCE, after functions")
	}
	w.functions.mu.Lock()
	defer w.functions.mu.Unlock()
	event, ok := w.functions.events[args[0]]
	if ok == neg {
		ts.Fatalf("%s was called: %t", args[0], ok)
	}
	if ok {
		w.last = &answer{status: http.StatusOK, body: event}
		ts.Check(json.Unmarshal(event, &w.last.doc))
	}
}

// cmdTOTP computes the code of a software token (RFC 6238): totp VAR SECRET [STEP], where STEP counts half minutes from now.
func cmdTOTP(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: totp VAR SECRET [STEP]")
	}
	step := 0
	if len(args) == 3 {
		var err error
		step, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(args[1])
	ts.Check(err)
	mac := hmac.New(sha1.New, key)
	ts.Check(binary.Write(mac, binary.BigEndian, time.Now().Unix()/30+int64(step)))
	sum := mac.Sum(nil)
	ts.Setenv(args[0], fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[sum[19]&15:])&0x7fffffff)%1_000_000))
}
