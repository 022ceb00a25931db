package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// importUsers is how many users a file holds.
const importUsers = 20_000

// measureImport imports a file of users through the upload address, and then lists users by e-mail: in the pool that it filled, and in a small one.
func (b *bench) measureImport() error {
	if !b.wants("import") {
		return nil
	}
	conn, err := b.dial()
	if err != nil {
		return err
	}
	defer conn.c.Close()
	small, _, err := b.importFile(conn, 1000)
	if err != nil {
		return err
	}
	large, took, err := b.importFile(conn, importUsers)
	if err != nil {
		return err
	}
	b.t.row("import of users", "%10.0f   (goal 2000)", importUsers/took.Seconds())
	for _, p := range []struct {
		pool  string
		users int
	}{{small, 1000}, {large, importUsers}} {
		var calls []call
		for n := range 64 {
			calls = append(calls, b.prepare(b.user, "cognito-idp", "AWSCognitoIdentityProviderService.ListUsers",
				fmt.Sprintf(`{"UserPoolId":%q,"Filter":"email = \"user-%d@example.com\""}`, p.pool, n*p.users/64)))
		}
		if _, err := b.measure(fmt.Sprintf("ListUsers by e-mail, import of %d", p.users), 16, 0, same(calls...)); err != nil {
			return err
		}
	}
	return nil
}

// importFile makes a pool and imports n users into it. The time is from the start of the job to its end.
func (b *bench) importFile(conn *connection, n int) (pool string, took time.Duration, err error) {
	var made struct{ UserPool struct{ Id string } }
	if err := b.api(conn, b.user, "CreateUserPool", map[string]any{"PoolName": "import", "AutoVerifiedAttributes": []string{"email"}}, &made); err != nil {
		return "", 0, err
	}
	pool = made.UserPool.Id
	var header struct{ CSVHeader []string }
	if err := b.api(conn, b.user, "GetCSVHeader", map[string]any{"UserPoolId": pool}, &header); err != nil {
		return "", 0, err
	}
	type job struct {
		UserImportJob struct {
			JobId, PreSignedUrl, Status, CompletionMessage string
			ImportedUsers                                  int
		}
	}
	var j job
	err = b.api(conn, b.user, "CreateUserImportJob", map[string]any{
		"UserPoolId": pool, "JobName": "bench", "CloudWatchLogsRoleArn": "arn:aws:iam::" + b.Account + ":role/bench",
	}, &j)
	if err != nil {
		return "", 0, err
	}
	if err := upload(j.UserImportJob.PreSignedUrl, usersFile(header.CSVHeader, n)); err != nil {
		return "", 0, err
	}
	id := map[string]any{"UserPoolId": pool, "JobId": j.UserImportJob.JobId}
	began := time.Now()
	if err := b.api(conn, b.user, "StartUserImportJob", id, nil); err != nil {
		return "", 0, err
	}
	progress := 0
	for {
		if err := b.api(conn, b.user, "DescribeUserImportJob", id, &j); err != nil {
			return "", 0, err
		}
		switch j.UserImportJob.Status {
		case "Succeeded":
			if j.UserImportJob.ImportedUsers != n {
				return "", 0, fmt.Errorf("import: %d of %d users", j.UserImportJob.ImportedUsers, n)
			}
			took = time.Since(began)
			b.t.row(fmt.Sprintf("import of %d users, progress seen", n), "%10d steps", progress)
			return pool, took, nil
		case "Pending", "InProgress":
			if 0 < j.UserImportJob.ImportedUsers && j.UserImportJob.ImportedUsers < n {
				progress++
			}
			time.Sleep(50 * time.Millisecond)
		default:
			return "", 0, fmt.Errorf("import: %s: %s", j.UserImportJob.Status, j.UserImportJob.CompletionMessage)
		}
	}
}

// usersFile writes n rows: user name and e-mail address, and what every row must say.
func usersFile(header []string, n int) []byte {
	var b bytes.Buffer
	b.WriteString(strings.Join(header, ",") + "\n")
	for i := range n {
		row := make([]string, len(header))
		for c, name := range header {
			switch name {
			case "cognito:username":
				row[c] = fmt.Sprintf("user-%d", i)
			case "email":
				row[c] = fmt.Sprintf("user-%d@example.com", i)
			case "email_verified":
				row[c] = "true"
			case "phone_number_verified", "cognito:mfa_enabled":
				row[c] = "false"
			}
		}
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return b.Bytes()
}

func upload(url string, file []byte) error {
	r, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(file))
	if err != nil {
		return err
	}
	r.Header.Set("X-Amz-Server-Side-Encryption", "aws:kms")
	answer, err := new(http.Client).Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("upload: %s: %s", answer.Status, text)
	}
	return nil
}
