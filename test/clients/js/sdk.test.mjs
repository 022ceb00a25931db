// The AWS SDK for JavaScript v3: the journey of an API token, the administration of a pool, STS, and errors as the SDK's own classes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CognitoIdentityClient, GetCredentialsForIdentityCommand, GetIdCommand, NotAuthorizedException } from '@aws-sdk/client-cognito-identity'
import * as idp from '@aws-sdk/client-cognito-identity-provider'
import { AssumeRoleCommand, GetAccessKeyInfoCommand, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts'
import { fromCognitoIdentityPool, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { login, options, root, run, sts, userPools } from './world.mjs'

const signIn = async (password = run.apiSecretKey) => {
  const out = await userPools().send(new idp.InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH', ClientId: run.clientId, AuthParameters: { USERNAME: run.apiAccessKey, PASSWORD: password },
  }))
  return out.AuthenticationResult
}

test('an API token becomes credentials that sign a call', async () => {
  const { IdToken } = await signIn()
  const identity = new CognitoIdentityClient(options)
  const logins = { [login]: IdToken }
  const { IdentityId } = await identity.send(new GetIdCommand({ IdentityPoolId: run.identityPoolId, Logins: logins }))
  const { Credentials: c } = await identity.send(new GetCredentialsForIdentityCommand({ IdentityId, Logins: logins }))
  assert.ok(c.Expiration instanceof Date)
  assert.ok(c.Expiration - Date.now() > 59 * 60 * 1000)
  const who = await sts({ accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretKey, sessionToken: c.SessionToken }).send(new GetCallerIdentityCommand({}))
  assert.equal(who.Account, run.account)
  assert.match(who.Arn, /:assumed-role\/.*\/CognitoIdentityCredentials$/)
})

test('fromCognitoIdentityPool does the exchange by itself', async () => {
  const { IdToken } = await signIn()
  const provider = fromCognitoIdentityPool({ clientConfig: options, identityPoolId: run.identityPoolId, logins: { [login]: IdToken } })
  const who = await sts(provider).send(new GetCallerIdentityCommand({}))
  assert.match(who.Arn, /:assumed-role\//)
  const bad = fromCognitoIdentityPool({ clientConfig: options, identityPoolId: run.identityPoolId, logins: { [login]: IdToken.slice(0, -8) + 'AAAAAAAA' } })
  await assert.rejects(sts(bad).send(new GetCallerIdentityCommand({})), e => e instanceof NotAuthorizedException && /Couldn't verify signed token/.test(e.message))
})

test('refusals are instances of the SDK\'s classes', async () => {
  await assert.rejects(signIn('wrong'), e => e instanceof idp.NotAuthorizedException && e.message === 'Incorrect username or password.' && e.$metadata.httpStatusCode === 400)
  const admin = userPools(root)
  const pool = { UserPoolId: run.userPoolId }
  await assert.rejects(admin.send(new idp.AdminGetUserCommand({ ...pool, Username: 'nobody' })), idp.UserNotFoundException)
  await assert.rejects(admin.send(new idp.AdminCreateUserCommand({ ...pool, Username: run.apiAccessKey })), idp.UsernameExistsException)
  await assert.rejects(admin.send(new idp.DescribeUserPoolCommand({ UserPoolId: `${run.region}_absent000` })), idp.ResourceNotFoundException)
  await assert.rejects(admin.send(new idp.CreateUserPoolCommand({ PoolName: '' })), idp.InvalidParameterException)
  const wrong = { ...root, secretAccessKey: 'x'.repeat(40) }
  await assert.rejects(sts(wrong).send(new GetCallerIdentityCommand({})), { name: 'SignatureDoesNotMatch' })
  await assert.rejects(userPools(wrong).send(new idp.ListUserPoolsCommand({ MaxResults: 1 })), { name: 'InvalidSignatureException' })
})

test('an administrator makes, reads, lists and deletes', async () => {
  const admin = userPools(root)
  const { UserPool: pool } = await admin.send(new idp.CreateUserPoolCommand({ PoolName: 'from javascript' }))
  assert.ok(pool.CreationDate instanceof Date)
  const at = { UserPoolId: pool.Id }
  const { UserPoolClient: client } = await admin.send(new idp.CreateUserPoolClientCommand({ ...at, ClientName: 'web', GenerateSecret: true }))
  assert.ok(client.ClientSecret.length > 20)
  for (const n of ['a', 'b', 'c']) {
    await admin.send(new idp.AdminCreateUserCommand({ ...at, Username: n, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: `${n}@example.com` }] }))
  }
  const names = []
  for await (const page of idp.paginateListUsers({ client: admin, pageSize: 2 }, at)) names.push(...page.Users.map(u => u.Username))
  assert.deepEqual(names.sort(), ['a', 'b', 'c'])
  const user = await admin.send(new idp.AdminGetUserCommand({ ...at, Username: 'a' }))
  assert.equal(user.UserStatus, 'FORCE_CHANGE_PASSWORD')
  assert.equal(user.UserAttributes.find(a => a.Name === 'email').Value, 'a@example.com')
  await admin.send(new idp.DeleteUserPoolCommand(at))
  await assert.rejects(admin.send(new idp.ListUsersCommand(at)), idp.ResourceNotFoundException)
})

test('sessions', async () => {
  const { Credentials: c } = await sts(root).send(new GetSessionTokenCommand({ DurationSeconds: 900 }))
  const session = { accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey, sessionToken: c.SessionToken }
  const who = await sts(session).send(new GetCallerIdentityCommand({}))
  assert.equal(who.Arn, `arn:aws:iam::${run.account}:root`)
  assert.equal((await sts(root).send(new GetAccessKeyInfoCommand({ AccessKeyId: c.AccessKeyId }))).Account, run.account)
  const RoleArn = `arn:aws:iam::${run.account}:role/absent`
  await assert.rejects(sts(root).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'x' })), { name: 'AccessDenied' })
  const provider = fromTemporaryCredentials({ masterCredentials: session, clientConfig: options, params: { RoleArn, RoleSessionName: 'x' } })
  await assert.rejects(provider(), { name: 'AccessDenied' })
})
