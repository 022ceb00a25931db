package hook

// Request is what most triggers are asked.
type Request struct {
	UserAttributes map[string]string `json:"userAttributes"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	ValidationData map[string]string `json:"validationData,omitempty"` // pre sign-up and pre authentication
	UserNotFound   *bool             `json:"userNotFound,omitempty"`   // pre authentication
	NewDeviceUsed  *bool             `json:"newDeviceUsed,omitempty"`  // post authentication
}

// SignUpResponse is what a pre sign-up trigger decides.
type SignUpResponse struct {
	AutoConfirmUser bool `json:"autoConfirmUser"`
	AutoVerifyEmail bool `json:"autoVerifyEmail"`
	AutoVerifyPhone bool `json:"autoVerifyPhone"`
}

// ChallengeResult is one step of a custom authentication so far.
type ChallengeResult struct {
	Name     string `json:"challengeName"`
	Result   bool   `json:"challengeResult"`
	Metadata string `json:"challengeMetadata,omitempty"`
}

// DefineRequest asks what comes next in a custom authentication.
type DefineRequest struct {
	UserAttributes map[string]string `json:"userAttributes"`
	Session        []ChallengeResult `json:"session"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   bool              `json:"userNotFound"`
}

// DefineResponse says it.
type DefineResponse struct {
	ChallengeName      string `json:"challengeName"`
	IssueTokens        bool   `json:"issueTokens"`
	FailAuthentication bool   `json:"failAuthentication"`
}

// CreateRequest asks for a challenge.
type CreateRequest struct {
	UserAttributes map[string]string `json:"userAttributes"`
	ChallengeName  string            `json:"challengeName"`
	Session        []ChallengeResult `json:"session"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound   bool              `json:"userNotFound"`
}

// CreateResponse is the challenge: the public part for the client, the private one for the verifying trigger.
type CreateResponse struct {
	PublicChallengeParameters  map[string]string `json:"publicChallengeParameters"`
	PrivateChallengeParameters map[string]string `json:"privateChallengeParameters"`
	ChallengeMetadata          string            `json:"challengeMetadata"`
}

// VerifyRequest asks whether an answer is right.
type VerifyRequest struct {
	UserAttributes             map[string]string `json:"userAttributes"`
	PrivateChallengeParameters map[string]string `json:"privateChallengeParameters"`
	ChallengeAnswer            string            `json:"challengeAnswer"`
	ClientMetadata             map[string]string `json:"clientMetadata,omitempty"`
	UserNotFound               bool              `json:"userNotFound"`
}

// VerifyResponse says so.
type VerifyResponse struct {
	AnswerCorrect bool `json:"answerCorrect"`
}

// MigrationRequest asks whether another system knows a user.
type MigrationRequest struct {
	Password       string            `json:"password,omitempty"` // the one that was typed; sign-in only
	ValidationData map[string]string `json:"validationData,omitempty"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// MigrationResponse is the user as the other system knows them. Without attributes there is none.
type MigrationResponse struct {
	UserAttributes         map[string]string `json:"userAttributes"`
	FinalUserStatus        string            `json:"finalUserStatus"` // CONFIRMED or RESET_REQUIRED
	MessageAction          string            `json:"messageAction"`   // SUPPRESS or RESEND
	DesiredDeliveryMediums []string          `json:"desiredDeliveryMediums"`
	ForceAliasCreation     bool              `json:"forceAliasCreation"`
	EnableSMSMFA           *bool             `json:"enableSMSMFA,omitempty"`
}

// MessageRequest asks for the text of a message. The placeholders must appear in the answer.
type MessageRequest struct {
	UserAttributes    map[string]string `json:"userAttributes"`
	CodeParameter     string            `json:"codeParameter"`               // "{####}"
	LinkParameter     string            `json:"linkParameter,omitempty"`     // "{##Verify Email##}"
	UsernameParameter string            `json:"usernameParameter,omitempty"` // "{username}", of invitations
	ClientMetadata    map[string]string `json:"clientMetadata,omitempty"`
}

// MessageResponse is the text; empty parts stand for the pool's own.
type MessageResponse struct {
	SMSMessage   string `json:"smsMessage"`
	EmailMessage string `json:"emailMessage"`
	EmailSubject string `json:"emailSubject"`
}

// SenderRequest hands a message to a custom sender.
type SenderRequest struct {
	Type           string            `json:"type"` // customEmailSenderRequestV1 or customSMSSenderRequestV1
	Code           string            `json:"code"` // encrypted
	UserAttributes map[string]string `json:"userAttributes"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}
