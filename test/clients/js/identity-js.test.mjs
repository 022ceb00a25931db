// amazon-cognito-identity-js, the library under older web applications: SRP sign-in against another endpoint, renewal, refusals, the first
// password of a user whom an administrator made, and a change of password.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AdminCreateUserCommand, CreateUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider'
import identity from 'amazon-cognito-identity-js'
import { root, run, userPools } from './world.mjs'

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
