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

	"github.com/mayfly-id/mayfly/internal/draw"
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
	u, err := s.beginUpload(ctx, poolID, jobID, token)
	if err != nil {
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
			if err := s.keep(ctx, u, n, buffer[:got]); err != nil {
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
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := s.uploading(ctx, w, u)
		if err != nil {
			return err
		}
		row.Doc.Uploaded, row.Doc.Size = true, size
		return jobs.Update(ctx, w, &row)
	})
}

// upload is one file on its way to a job.
type upload struct {
	poolID, jobID, token string
	id                   string // drawn for each: of several at once the one that began last counts
}

// beginUpload checks the address, forgets an earlier file, and takes the place of an earlier upload.
func (s *Service) beginUpload(ctx context.Context, poolID, jobID, token string) (*upload, error) {
	id, err := draw.UUID(s.Random)
	if err != nil {
		return nil, err
	}
	err = s.Store.Update(ctx, func(w store.Writer) error {
		row, err := s.uploadable(ctx, w, poolID, jobID, token)
		if err != nil {
			return err
		}
		if _, err := chunks.DeleteAll(ctx, w, "", jobID); err != nil {
			return err
		}
		row.Doc.UploadID, row.Doc.Uploaded, row.Doc.Size = id, false, 0
		return jobs.Update(ctx, w, &row)
	})
	return &upload{poolID, jobID, token, id}, err
}

// keep stores one chunk, if the job is still there and takes it: a chunk that came later would be of a file that is being read, or nobody's.
func (s *Service) keep(ctx context.Context, u *upload, n int, part []byte) error {
	return s.Store.Update(ctx, func(w store.Writer) error {
		row, err := s.uploading(ctx, w, u)
		if err != nil {
			return err
		}
		// The job is written too, so that of a chunk and a beginning, a start or an end beside it one comes after the other.
		if err := jobs.Update(ctx, w, &row); err != nil {
			return err
		}
		return chunks.Upsert(ctx, w, &chunk{JobID: u.jobID, N: n, Bytes: part, Until: row.Doc.Created.Add(fileLife)})
	})
}

// uploading reads the job of an upload that nothing has overtaken.
func (s *Service) uploading(ctx context.Context, r store.Reader, u *upload) (store.Row[job], error) {
	row, err := s.uploadable(ctx, r, u.poolID, u.jobID, u.token)
	if err == nil && row.Doc.UploadID != u.id {
		err = errRefused
	}
	return row, err
}

// uploadable reads a job that still takes a file at this address.
func (s *Service) uploadable(ctx context.Context, r store.Reader, poolID, jobID, token string) (store.Row[job], error) {
	row, err := jobs.Get(ctx, r, poolID, jobID)
	if errors.Is(err, store.ErrNotFound) {
		return row, errRefused
	}
	if err != nil {
		return row, err
	}
	same := 0
	for _, mac := range s.Keys.MACs(seal.Code, poolID, uploadInput(jobID, token)) {
		same |= subtle.ConstantTimeCompare(mac[:], row.Doc.Upload)
	}
	if same != 1 || row.Doc.Status != created || !s.Now().Before(row.Doc.Created.Add(uploadWithin)) {
		return row, errRefused
	}
	return row, nil
}

// errFileCut says that a part of a stored file is not there any more.
var errFileCut = errors.New("userimport: a part of the file is gone")

// file reads a stored file from an offset on.
type file struct {
	ctx   context.Context
	store *store.DB
	job   string
	n     int
	rest  []byte
	skip  int
	left  int64 // bytes to the end of the file
}

func (s *Service) open(ctx context.Context, j *job, offset int64) io.Reader {
	return &file{ctx: ctx, store: s.Store, job: j.ID, n: int(offset / chunkSize), skip: int(offset % chunkSize), left: j.Size - offset}
}

// Read implements io.Reader. A file that ends too early is an error, so that half a row is never taken for a whole one.
func (f *file) Read(b []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	if len(f.rest) == 0 {
		row, err := chunks.Get(f.ctx, f.store, f.job, chunkNumber(f.n))
		if errors.Is(err, store.ErrNotFound) || err == nil && len(row.Doc.Bytes) <= f.skip {
			return 0, errFileCut
		}
		if err != nil {
			return 0, err
		}
		f.rest = row.Doc.Bytes[f.skip:]
		f.skip = 0
		f.n++
	}
	n := copy(b, f.rest)
	f.rest = f.rest[n:]
	f.left -= int64(n)
	return n, nil
}
