// aws-amplify (Auth, as it runs in Node.js) and aws-jwt-verify, the library with which APIs verify the tokens: a sign-in by SRP and by password, the
// session with its keys, software-token MFA, a new user who signs up, and the verification of what they got.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CreateUserPoolCommand, CreateUserPoolClientCommand, SetUserPoolMfaConfigCommand } from '@aws-sdk/client-cognito-identity-provider'
import { Amplify } from 'aws-amplify'
import {
  confirmSignIn, confirmSignUp, fetchAuthSession, fetchUserAttributes, getCurrentUser, setUpTOTP, signIn, signOut, signUp, updateMFAPreference, updatePassword, verifyTOTPSetup,
} from 'aws-amplify/auth'
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito'
import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import { root, run, totp, userPools } from './world.mjs'

const kept = new Map()
cognitoUserPoolsTokenProvider.setKeyValueStorage({
  setItem: async (k, v) => { kept.set(k, v) },
  getItem: async k => kept.get(k) ?? null,
  removeItem: async k => { kept.delete(k) },
  clear: async () => kept.clear(),
})

const configure = (userPoolId, userPoolClientId, identityPoolId) => Amplify.configure({
  Auth: { Cognito: { userPoolId, userPoolClientId, userPoolEndpoint: run.endpoint, identityPoolEndpoint: run.endpoint, ...(identityPoolId && { identityPoolId }) } },
})

// verifier reads the key set over plain http, which the library by itself refuses to.
const verifier = (userPoolId, clientId) => {
  const issuer = `${run.endpoint}/${userPoolId}`
  const fetcher = { fetch: async uri => (await fetch(uri)).arrayBuffer() }
  const jwksCache = new SimpleJwksCache({ fetcher })
  return JwtVerifier.create({ issuer, audience: clientId, jwksUri: `${issuer}/.well-known/jwks.json` }, { jwksCache })
}

test('sign-in, session with keys, verification, sign-out', async () => {
  configure(run.userPoolId, run.clientId, run.identityPoolId)
  for (const authFlowType of ['USER_SRP_AUTH', 'USER_PASSWORD_AUTH']) {
    const { isSignedIn } = await signIn({ username: run.apiAccessKey, password: run.apiSecretKey, options: { authFlowType } })
    assert.ok(isSignedIn)
    const { tokens } = await fetchAuthSession()
    const claims = await verifier(run.userPoolId, run.clientId).verify(tokens.idToken.toString())
    assert.equal(claims['cognito:username'], (await getCurrentUser()).username)
    const altered = tokens.idToken.toString().replace(/.{4}$/, 'AAAA')
    await assert.rejects(verifier(run.userPoolId, run.clientId).verify(altered))
    await assert.rejects(verifier(run.userPoolId, 'another').verify(tokens.idToken.toString()))
    const renewed = await fetchAuthSession({ forceRefresh: true })
    assert.notEqual(renewed.tokens.accessToken.toString(), tokens.accessToken.toString())
    await signOut({ global: true })
  }
  await assert.rejects(signIn({ username: run.apiAccessKey, password: 'wrong' }), { name: 'NotAuthorizedException' })
})

test('sign-up, then software-token MFA', async () => {
  const admin = userPools(root)
  const { UserPool: pool } = await admin.send(new CreateUserPoolCommand({ PoolName: 'amplify', AutoVerifiedAttributes: ['email'] }))
  await admin.send(new SetUserPoolMfaConfigCommand({ UserPoolId: pool.Id, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }))
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: pool.Id, ClientName: 'web' }))
  configure(pool.Id, client.ClientId)
  const username = 'ada', password = 'Analytical-Engine-1'
  const up = await signUp({ username, password, options: { userAttributes: { email: 'ada@example.com' } } })
  assert.equal(up.nextStep.signUpStep, 'CONFIRM_SIGN_UP')
  const [mail] = await (await fetch(`${run.endpoint}/_mayfly/outbox`)).json()
  assert.equal(mail.to, 'ada@example.com')
  await assert.rejects(confirmSignUp({ username, confirmationCode: mail.code === '000000' ? '000001' : '000000' }), { name: 'CodeMismatchException' })
  await confirmSignUp({ username, confirmationCode: mail.code })
  assert.ok((await signIn({ username, password })).isSignedIn)
  assert.equal((await fetchUserAttributes()).email_verified, 'true')
  const { sharedSecret } = await setUpTOTP()
  await verifyTOTPSetup({ code: totp(sharedSecret) })
  await updateMFAPreference({ totp: 'PREFERRED' })
  await updatePassword({ oldPassword: password, newPassword: 'Difference-Engine-2' })
  await signOut()

  const first = await signIn({ username, password: 'Difference-Engine-2' })
  assert.equal(first.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE')
  const next = totp(sharedSecret, 1) // the step of now was used when the token was verified
  const { isSignedIn } = await confirmSignIn({ challengeResponse: next })
  assert.ok(isSignedIn)
  await signOut()
  const again = await signIn({ username, password: 'Difference-Engine-2' })
  assert.equal(again.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE')
  await assert.rejects(confirmSignIn({ challengeResponse: next }), { name: 'CodeMismatchException' }) // each step once
})
