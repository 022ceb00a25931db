package directory

// Message is a code, link or invitation for one user, before it has a text.
type Message struct {
	Pool        *Pool
	ClientID    string // empty where no client is involved
	User        *User
	Name        string            // what the user signs in with; empty: the user name
	Kind        string            // SignUp, ResendCode, ForgotPassword, VerifyUserAttribute, UpdateUserAttribute, Authentication, AdminCreateUser, AccountTakeOverNotification
	Medium      string            // EMAIL or SMS
	Destination string            // e-mail address or phone number
	Code        string            // confirmation code or temporary password
	Link        string            // address that confirms, where the pool sends links; else empty
	Metadata    map[string]string // ClientMetadata of the request
	Text        *MessageText      // text that is ready to go, where it is not one of the pool's templates: account takeover notifications
}

// MessageText is the text of a message in which nothing is left to be replaced. An e-mail may have HTML, Plain or both.
type MessageText struct {
	From    string // sender; empty: the pool's, or the server's
	ReplyTo string // empty: the pool's
	Subject string
	Plain   string
	HTML    string
}

// String keeps the code out of logs.
func (m Message) String() string { return m.Medium + " message for " + m.Kind }

// GoString keeps the code out of logs.
func (m Message) GoString() string { return m.String() }
