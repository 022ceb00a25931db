// A passkey in a browser: Chromium with a virtual authenticator, on a page of http://localhost, registers a passkey with an access token and signs
// in with it by USER_AUTH. Every call goes out from the page, as an application's would.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import {
  AdminCreateUserCommand, AdminSetUserPasswordCommand, CreateUserPoolClientCommand, CreateUserPoolCommand, SetUserPoolMfaConfigCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { chromium } from 'playwright-core'
import { root, run, userPools } from './world.mjs'

const username = 'ada', password = 'Analytical-Engine-1'
const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>application</title>'))
let browser, page, authenticator, devtools, clientId

// call speaks to the server from the page: the answer's members, or what it refused with.
const call = (operation, input) => page.evaluate(async ({ endpoint, operation, input }) => {
  const answer = await fetch(endpoint, {
    method: 'POST', body: JSON.stringify(input),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
  })
  return { status: answer.status, ...await answer.json() }
}, { endpoint: run.endpoint, operation, input })

const good = async (operation, input) => {
  const out = await call(operation, input)
  assert.equal(out.status, 200, JSON.stringify({ operation, type: out.__type, message: out.message }))
  return out
}

const refused = async (type, operation, input) => {
  const out = await call(operation, input)
  assert.equal(out.status, 400)
  assert.equal(out.__type.split('#').pop(), type, out.message)
}

// create and use run a ceremony of WebAuthn in the page.
const create = options => page.evaluate(async options => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return (await navigator.credentials.create({ publicKey })).toJSON()
}, options)

const use = options => page.evaluate(async options => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return (await navigator.credentials.get({ publicKey })).toJSON()
}, JSON.parse(options))

const begin = () => good('InitiateAuth', { ClientId: clientId, AuthFlow: 'USER_AUTH', AuthParameters: { USERNAME: username, PREFERRED_CHALLENGE: 'WEB_AUTHN' } })

const response = (challenge, credential) => ({
  ClientId: clientId, ChallengeName: 'WEB_AUTHN', Session: challenge.Session,
  ChallengeResponses: { USERNAME: username, CREDENTIAL: JSON.stringify(credential) },
})

const byPassword = async () => (await good('InitiateAuth', {
  ClientId: clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: username, PASSWORD: password },
})).AuthenticationResult.AccessToken

before(async () => {
  const admin = userPools(root)
  const { UserPool: pool } = await admin.send(new CreateUserPoolCommand({
    PoolName: 'passkeys', Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'WEB_AUTHN'] } },
  }))
  await admin.send(new SetUserPoolMfaConfigCommand({ UserPoolId: pool.Id, WebAuthnConfiguration: { RelyingPartyId: 'localhost', UserVerification: 'required' } }))
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: pool.Id, ClientName: 'web', ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }))
  clientId = client.ClientId
  await admin.send(new AdminCreateUserCommand({ UserPoolId: pool.Id, Username: username, MessageAction: 'SUPPRESS' }))
  await admin.send(new AdminSetUserPasswordCommand({ UserPoolId: pool.Id, Username: username, Password: password, Permanent: true }))

  await new Promise(ready => server.listen(0, '127.0.0.1', ready))
  browser = await chromium.launch({
    executablePath: process.env.MAYFLY_TEST_CHROMIUM,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  })
  page = await browser.newPage()
  await page.goto(`http://localhost:${server.address().port}/`)
  devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  authenticator = (await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })).authenticatorId
})

after(async () => {
  await browser?.close()
  server.close()
})

test('register, sign in, and nothing twice', async () => {
  const AccessToken = await byPassword()
  const { CredentialCreationOptions: options } = await good('StartWebAuthnRegistration', { AccessToken })
  assert.equal(options.rp.id, 'localhost')
  const Credential = await create(options)
  await good('CompleteWebAuthnRegistration', { AccessToken, Credential })
  await refused('WebAuthnChallengeNotFoundException', 'CompleteWebAuthnRegistration', { AccessToken, Credential })
  const { Credentials: listed } = await good('ListWebAuthnCredentials', { AccessToken })
  assert.deepEqual(listed.map(c => [c.CredentialId, c.RelyingPartyId, c.AuthenticatorTransports]), [[Credential.id, 'localhost', ['internal']]])
  assert.ok((await good('GetUserAuthFactors', { AccessToken })).ConfiguredUserAuthFactors.includes('WEB_AUTHN'))

  // The browser itself refuses a second passkey on the same authenticator, since the options name the first.
  const again = await good('StartWebAuthnRegistration', { AccessToken })
  await assert.rejects(create(again.CredentialCreationOptions), /InvalidStateError|already registered/)

  for (let i = 0; i < 2; i++) { // the signature counter moves on
    const challenge = await begin()
    assert.equal(challenge.ChallengeName, 'WEB_AUTHN')
    const answer = response(challenge, await use(challenge.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS))
    const { AuthenticationResult: tokens } = await good('RespondToAuthChallenge', answer)
    assert.equal((await good('GetUser', { AccessToken: tokens.AccessToken })).Username, username)
    await refused('NotAuthorizedException', 'RespondToAuthChallenge', answer)
  }
})

test('answers that prove nothing', async () => {
  const first = await begin(), second = await begin()
  const credential = await use(first.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS)
  await refused('NotAuthorizedException', 'RespondToAuthChallenge', response(second, credential)) // of another challenge

  const third = await begin()
  const forged = await use(third.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS)
  const signature = Buffer.from(forged.response.signature, 'base64url')
  signature[signature.length - 1] ^= 1
  forged.response.signature = signature.toString('base64url')
  await refused('NotAuthorizedException', 'RespondToAuthChallenge', response(third, forged))

  // An authenticator that did not verify its user: the pool requires it, so the browser is asked for it and gives up.
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: false })
  const fourth = await begin()
  await assert.rejects(use(fourth.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS), /NotAllowedError/)
  const lax = { ...JSON.parse(fourth.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS), userVerification: 'discouraged' }
  await refused('NotAuthorizedException', 'RespondToAuthChallenge', response(fourth, await use(JSON.stringify(lax))))
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId: authenticator, isUserVerified: true })
})

test('a deleted passkey is none', async () => {
  const AccessToken = await byPassword()
  const challenge = await begin()
  const answer = response(challenge, await use(challenge.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS))
  const { Credentials: [{ CredentialId }] } = await good('ListWebAuthnCredentials', { AccessToken })
  await good('DeleteWebAuthnCredential', { AccessToken, CredentialId })
  await refused('NotAuthorizedException', 'RespondToAuthChallenge', answer)
  await refused('ResourceNotFoundException', 'DeleteWebAuthnCredential', { AccessToken, CredentialId })
})
