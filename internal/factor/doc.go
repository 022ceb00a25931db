// Package factor owns what users prove themselves with beside a password: software tokens, passkeys and remembered devices, and which of them
// users have enabled.
//
// It performs the operations that set them up and take them away, and verifies what a sign-in brings: a one-time code (RFC 6238), a passkey's
// assertion (WebAuthn level 3), a device's SRP verifier. It refuses to know how challenges follow one another and what a session is: the
// challenge machine calls VerifyTOTP, BeginPasskey, VerifyPasskey, NewDevice, Device and DeviceVerifier, and answers Sessions for the setup of
// a software token in the middle of a sign-in.
//
//	AssociateSoftwareToken      -> a seed, sealed, that waits      VerifySoftwareToken          -> it is in force
//	StartWebAuthnRegistration   -> a challenge, five minutes       CompleteWebAuthnRegistration -> a passkey
//	NewDevice (after a sign-in) -> a key, a day                    ConfirmDevice                -> a device
//
// Everything on the left is taken once. Seeds and device verifiers are sealed with their row; of a passkey only its public key is here.
package factor
