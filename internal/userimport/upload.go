package userimport

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mayfly-id/mayfly/internal/store"
	"github.com/mayfly-id/mayfly/seal"
)

// uploadTime is how long one upload may take.
const uploadTime = 10 * time.Minute

// errRefused is the answer to an upload address that is wrong, has ended, or belongs to a job that was started.
var errRefused = errors.New("userimport: the address takes no file")

// errTooLarge is the answer to a file that is too large.
var errTooLarge = errors.New("userimport: the file is too large")

// ServeHTTP takes a file at the upload address of its job, as S3 takes one at a presigned address: PUT, errors in XML. A file replaces the one before it
// until the job is started.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		w.Header().Set("Allow", http.MethodPut)
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
		return
	}
	// The server's own deadline is for small requests.
	_ = http.NewResponseController(w).SetReadDeadline(s.Now().Add(uploadTime)) // where it cannot be set, the server's deadline counts
	part := strings.Split(strings.TrimPrefix(r.URL.Path, uploadPath), "/")
	err := errRefused
	if len(part) == 3 {
		err = s.take(r.Context(), part[0], part[1], part[2], r.ContentLength, r.Body)
	}
	switch {
	case err == nil:
		w.WriteHeader(http.StatusOK)
	case errors.Is(err, errRefused):
		refuse(w, http.StatusForbidden, "AccessDenied", "Access Denied")
	case errors.Is(err, errTooLarge):
		refuse(w, http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	default:
		refuse(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
	}
}

// refuse answers an error as S3 does.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>", code, message) // the client may be gone
}

// take stores a file chunk by chunk.
func (s *Service) take(ctx context.Context, poolID, jobID, token string, length int64, body io.Reader) error {
	if length > maxFile {
		return errTooLarge
	}
	if err := s.beginUpload(ctx, poolID, jobID, token); err != nil {
		return err
	}
	var size int64
	buffer := make([]byte, chunkSize)
	for n := 0; ; n++ {
		got, err := io.ReadFull(body, buffer)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		size += int64(got)
		switch {
		case size > maxFile:
			return errTooLarge
		case got > 0:
			c := chunk{JobID: jobID, N: n, Bytes: buffer[:got]}
			if err := s.Store.Update(ctx, func(w store.Writer) error { return chunks.Upsert(ctx, w, &c) }); err != nil {
				return err
			}
		}
		if err != nil {
			break
		}
	}
	if length >= 0 && size != length {
		return errors.New("userimport: the file was cut off")
	}
	return s.uploadable(ctx, poolID, jobID, token, func(j *job) { j.Uploaded, j.Size = true, size })
}

// beginUpload checks the address and forgets an earlier file.
func (s *Service) beginUpload(ctx context.Context, poolID, jobID, token string) error {
	err := s.uploadable(ctx, poolID, jobID, token, func(j *job) { j.Uploaded, j.Size = false, 0 })
	if err != nil {
		return err
	}
	return s.Store.Update(ctx, func(w store.Writer) error {
		_, err := chunks.DeleteAll(ctx, w, "", jobID)
		return err
	})
}

// uploadable changes a job that still takes a file at this address.
func (s *Service) uploadable(ctx context.Context, poolID, jobID, token string, change func(*job)) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := jobs.Get(ctx, w, poolID, jobID)
		if errors.Is(err, store.ErrNotFound) {
			return errRefused
		}
		if err != nil {
			return err
		}
		same := 0
		for _, mac := range s.Keys.MACs(seal.Code, poolID, uploadInput(jobID, token)) {
			same |= subtle.ConstantTimeCompare(mac[:], row.Doc.Upload)
		}
		if same != 1 || row.Doc.Status != created || !s.Now().Before(row.Doc.Created.Add(uploadWithin)) {
			return errRefused
		}
		change(&row.Doc)
		return jobs.Update(ctx, w, &row)
	})
}

// file reads a stored file from an offset on.
type file struct {
	ctx    context.Context
	store  *store.DB
	job    string
	n      int
	rest   []byte
	skip   int
	ending bool
}

func (s *Service) open(ctx context.Context, jobID string, offset int64) io.Reader {
	return &file{ctx: ctx, store: s.Store, job: jobID, n: int(offset / chunkSize), skip: int(offset % chunkSize)}
}

// Read implements io.Reader.
func (f *file) Read(b []byte) (int, error) {
	for len(f.rest) == 0 {
		if f.ending {
			return 0, io.EOF
		}
		row, err := chunks.Get(f.ctx, f.store, f.job, chunkNumber(f.n))
		if errors.Is(err, store.ErrNotFound) {
			f.ending = true
			continue
		}
		if err != nil {
			return 0, err
		}
		f.rest = row.Doc.Bytes[min(f.skip, len(row.Doc.Bytes)):]
		f.skip, f.ending = 0, len(row.Doc.Bytes) < chunkSize
		f.n++
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}
