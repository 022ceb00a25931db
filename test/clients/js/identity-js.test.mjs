// amazon-cognito-identity-js, the library under older web applications: SRP sign-in against another endpoint, renewal, refusals, the first
// password of a user whom an administrator made, and a change of password.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AdminCreateUserCommand, AdminForgetDeviceCommand, AdminSetUserPasswordCommand, CreateUserPoolClientCommand, CreateUserPoolCommand, SetUserPoolMfaConfigCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import identity from 'amazon-cognito-identity-js'
import { root, run, totp, userPools } from './world.mjs'

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity

// storage keeps what a browser would keep in localStorage, of one test alone.
const storage = () => {
  const m = new Map()
  return { getItem: k => m.get(k) ?? null, setItem: (k, v) => m.set(k, v), removeItem: k => m.delete(k), clear: () => m.clear() }
}

const user = (name, clientId = run.clientId) => {
  const Storage = storage()
  const pool = new CognitoUserPool({ UserPoolId: run.userPoolId, ClientId: clientId, endpoint: run.endpoint, Storage })
  return new CognitoUser({ Username: name, Pool: pool, Storage })
}

// signIn resolves with how the sign-in went on: a session, or the attributes that come with a demand for a new password.
const signIn = (u, name, password) => new Promise((resolve, reject) => u.authenticateUser(
  new AuthenticationDetails({ Username: name, Password: password }),
  { onSuccess: session => resolve({ session }), onFailure: reject, newPasswordRequired: attributes => resolve({ attributes }) },
))

const call = f => new Promise((resolve, reject) => f((err, value) => err ? reject(err) : resolve(value)))

const make = async (name, password, attributes = []) => {
  const admin = userPools(root)
  await admin.send(new AdminCreateUserCommand({
    UserPoolId: run.userPoolId, Username: name, TemporaryPassword: password, MessageAction: 'SUPPRESS', UserAttributes: attributes,
  }))
}

test('SRP sign-in, renewal and sign-out', async () => {
  const u = user(run.apiAccessKey)
  const { session } = await signIn(u, run.apiAccessKey, run.apiSecretKey)
  assert.ok(session.isValid())
  assert.equal(session.getIdToken().payload.aud, run.clientId)
  assert.equal(session.getIdToken().payload.iss, `${run.endpoint}/${run.userPoolId}`)
  assert.equal(session.getAccessToken().payload.token_use, 'access')
  const again = await call(done => u.refreshSession(session.getRefreshToken(), done))
  assert.ok(again.isValid())
  assert.notEqual(again.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken())
  assert.equal(again.getRefreshToken().getToken(), session.getRefreshToken().getToken())
  const attributes = await call(done => u.getUserAttributes(done))
  assert.equal(attributes.find(a => a.getName() === 'sub').getValue(), session.getIdToken().payload.sub)
  await new Promise((onSuccess, onFailure) => u.globalSignOut({ onSuccess, onFailure }))
  const old = user(run.apiAccessKey) // the library tries a renewal again for some seconds, whatever the refusal
  await assert.rejects(call(done => old.refreshSession(session.getRefreshToken(), done)), { code: 'NotAuthorizedException' })
})

test('a wrong password and an unknown user are refused alike', async () => {
  for (const [name, password] of [[run.apiAccessKey, 'wrong'], ['nobody', run.apiSecretKey]]) {
    await assert.rejects(signIn(user(name), name, password), { code: 'NotAuthorizedException', message: 'Incorrect username or password.' })
  }
})

test('the first password of a user whom an administrator made', async () => {
  await make('grace', 'Temporary-Pass-1', [{ Name: 'email', Value: 'grace@example.com' }])
  const u = user('grace')
  const first = await signIn(u, 'grace', 'Temporary-Pass-1')
  assert.equal(first.attributes?.email, 'grace@example.com')
  const complete = password => new Promise((onSuccess, onFailure) => u.completeNewPasswordChallenge(password, { name: 'Grace' }, { onSuccess, onFailure }))
  await assert.rejects(complete('weak'), { code: 'InvalidPasswordException' })
  const session = await complete('Permanent-Pass-2')
  assert.equal(session.getIdToken().payload.name, 'Grace')
  await assert.rejects(signIn(user('grace'), 'grace', 'Temporary-Pass-1'), { code: 'NotAuthorizedException' })
  const { session: later } = await signIn(user('grace'), 'grace', 'Permanent-Pass-2')
  assert.ok(later.isValid())
  await call(done => u.changePassword('Permanent-Pass-2', 'Permanent-Pass-3', done))
  await assert.rejects(call(done => u.changePassword('Permanent-Pass-2', 'Permanent-Pass-4', done)), { code: 'NotAuthorizedException' })
  assert.ok((await signIn(user('grace'), 'grace', 'Permanent-Pass-3')).session.isValid())
})

test('the password flow of the same library', async () => {
  const admin = userPools(root)
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({
    UserPoolId: run.userPoolId, ClientName: 'srp only', ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  }))
  const plain = clientId => {
    const u = user(run.apiAccessKey, clientId)
    u.setAuthenticationFlowType('USER_PASSWORD_AUTH')
    return signIn(u, run.apiAccessKey, run.apiSecretKey)
  }
  assert.ok((await plain(run.clientId)).session.isValid())
  await assert.rejects(plain(client.ClientId), { code: 'InvalidParameterException' })
})

test('a remembered device stands in for the software token', async () => {
  const admin = userPools(root)
  const { UserPool: pool } = await admin.send(new CreateUserPoolCommand({
    PoolName: 'devices', DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false },
  }))
  await admin.send(new SetUserPoolMfaConfigCommand({ UserPoolId: pool.Id, MfaConfiguration: 'OPTIONAL', SoftwareTokenMfaConfiguration: { Enabled: true } }))
  const { UserPoolClient: client } = await admin.send(new CreateUserPoolClientCommand({ UserPoolId: pool.Id, ClientName: 'phone' }))
  await admin.send(new AdminCreateUserCommand({ UserPoolId: pool.Id, Username: 'linus', MessageAction: 'SUPPRESS' }))
  await admin.send(new AdminSetUserPasswordCommand({ UserPoolId: pool.Id, Username: 'linus', Password: 'Security-Blanket-1', Permanent: true }))

  // One storage is one device.
  const device = Storage => new CognitoUser({
    Username: 'linus', Pool: new CognitoUserPool({ UserPoolId: pool.Id, ClientId: client.ClientId, endpoint: run.endpoint, Storage }), Storage,
  })
  const authenticate = u => new Promise((resolve, reject) => u.authenticateUser(
    new AuthenticationDetails({ Username: 'linus', Password: 'Security-Blanket-1' }),
    { onSuccess: session => resolve({ session }), onFailure: reject, totpRequired: name => resolve({ asked: name }) },
  ))
  const phone = storage()
  const u = device(phone)
  const { session } = await authenticate(u)
  const key = session.getAccessToken().payload.device_key
  assert.match(key, new RegExp(`^${run.region}_[0-9a-f-]{36}$`))
  const secret = await new Promise((resolve, reject) => u.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }))
  await new Promise((resolve, reject) => u.verifySoftwareToken(totp(secret, -1), 'token', { onSuccess: resolve, onFailure: reject }))
  await call(done => u.setUserMfaPreference(null, { Enabled: true, PreferredMfa: true }, done))

  // The device has proved itself: no code is asked for. Another one has not.
  const again = await authenticate(device(phone))
  assert.equal(again.session?.getAccessToken().payload.device_key, key)
  const elsewhere = device(storage())
  assert.equal((await authenticate(elsewhere)).asked, 'SOFTWARE_TOKEN_MFA')
  await new Promise((resolve, reject) => elsewhere.sendMFACode(totp(secret), { onSuccess: resolve, onFailure: reject }, 'SOFTWARE_TOKEN_MFA'))

  // A device that was forgotten is asked again.
  await admin.send(new AdminForgetDeviceCommand({ UserPoolId: pool.Id, Username: 'linus', DeviceKey: key }))
  await assert.rejects(call(done => u.refreshSession(session.getRefreshToken(), done)), { code: 'NotAuthorizedException' })
  const forgotten = device(phone)
  assert.equal((await authenticate(forgotten)).asked, 'SOFTWARE_TOKEN_MFA')
})
