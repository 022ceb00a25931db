// Package userimport imports users into a user pool from a CSV file.
//
// A job is created, its file is put to an upload address of this server, and the job is started; a worker then makes the users and counts them, a
// small batch with its progress in one transaction. A node that works on a job holds a lease on it: when the node dies another goes on after the last
// batch that was committed, so that no row counts twice. Imported users have no password; they set one by ForgotPassword.
//
// The package refuses to know how users sign in. The file is kept in the store until the job has ended, three days at most
// (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html).
package userimport
