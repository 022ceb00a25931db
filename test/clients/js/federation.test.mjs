// Roles by the SDK's own providers of credentials: with a code of an MFA device, with a token of an OpenID Connect provider, and by profiles; and IAM
// through its client, with errors as the SDK's own classes.
import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as iam from '@aws-sdk/client-iam'
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, ExpiredTokenException, GetCallerIdentityCommand, InvalidIdentityTokenException } from '@aws-sdk/client-sts'
import { fromIni, fromTemporaryCredentials, fromTokenFile, fromWebToken } from '@aws-sdk/credential-providers'
import { options, root, run, sts, totp } from './world.mjs'

const folder = mkdtempSync(join(tmpdir(), 'mayfly-'))
const file = (name, text) => {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return join(folder, name)
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
let issuer
const publisher = createServer((request, response) => {
  const pages = {
    '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/jwks` },
    '/jwks': { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] },
  }
  response.statusCode = pages[request.url] ? 200 : 404
  response.end(JSON.stringify(pages[request.url] ?? {}))
})
const coded = value => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (sub, life = 60) => {
  const now = Math.floor(Date.now() / 1000)
  const text = `${coded({ alg: 'RS256', kid: 'k', typ: 'JWT' })}.${coded({ iss: issuer, aud: 'sts.amazonaws.com', sub, iat: now - 3600, exp: now + life })}`
  return `${text}.${createSign('sha256').update(text).sign(privateKey, 'base64url')}`
}

const client = credentials => new iam.IAMClient({ ...options, credentials })
const admin = client(root)
const allow = (Action, Resource = '*') => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] })
const makeRole = async (RoleName, Principal, Action, Condition) => {
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Condition }] })
  const { Role } = await admin.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  await admin.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: allow('iam:ListUsers') }))
  return Role.Arn
}
const makeUser = async UserName => {
  await admin.send(new iam.CreateUserCommand({ UserName }))
  const { AccessKey } = await admin.send(new iam.CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
}
const makeDevice = async (UserName, VirtualMFADeviceName) => {
  const { VirtualMFADevice: d } = await admin.send(new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName }))
  const seed = new TextDecoder().decode(d.Base32StringSeed)
  assert.deepEqual([...d.QRCodePNG.slice(1, 4)], [...Buffer.from('PNG')])
  await admin.send(new iam.EnableMFADeviceCommand({ UserName, SerialNumber: d.SerialNumber, AuthenticationCode1: totp(seed, -2), AuthenticationCode2: totp(seed, -1) }))
  return { serial: d.SerialNumber, seed }
}
const who = async credentials => (await sts(credentials).send(new GetCallerIdentityCommand({}))).Arn
const session = (role, name) => `arn:aws:sts::${run.account}:assumed-role/${role}/${name}`

before(async () => {
  await new Promise(done => publisher.listen(0, '127.0.0.1', done))
  issuer = `http://127.0.0.1:${publisher.address().port}`
})
after(() => publisher.close())

test('fromTemporaryCredentials asks for a code and assumes the role with it', async () => {
  const robot = await makeUser('coder')
  const { serial, seed } = await makeDevice('coder', 'phone')
  const RoleArn = await makeRole('coded', { AWS: `arn:aws:iam::${run.account}:user/coder` }, 'sts:AssumeRole', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })
  const provider = (code, more = { SerialNumber: serial }) => fromTemporaryCredentials({
    masterCredentials: robot, clientConfig: options, mfaCodeProvider: async () => code, params: { RoleArn, RoleSessionName: 'work', ...more },
  })
  await assert.rejects(provider('000000', {})(), { name: 'AccessDenied' })
  await assert.rejects(provider(totp(seed, -9))(), e => e.name === 'AccessDenied' && /MultiFactorAuthentication failed/.test(e.message))
  const credentials = await provider(totp(seed))() // once: a code counts once, and every client would ask anew
  assert.equal(await who(credentials), session('coded', 'work'))
  await client(credentials).send(new iam.ListUsersCommand({}))
  await assert.rejects(client(credentials).send(new iam.ListRolesCommand({})), { name: 'AccessDenied' })
})

test('a profile with mfa_serial and external_id', async () => {
  const robot = await makeUser('typist')
  const { serial, seed } = await makeDevice('typist', 'watch')
  const RoleArn = await makeRole('typed', { AWS: `arn:aws:iam::${run.account}:user/typist` }, 'sts:AssumeRole',
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, StringEquals: { 'sts:ExternalId': 'contract-7' } })
  const provider = fromIni({
    profile: 'typed', clientConfig: options,
    configFilepath: file('config', `[profile typed]\nrole_arn = ${RoleArn}\nsource_profile = base\nmfa_serial = ${serial}\nexternal_id = contract-7\nrole_session_name = ini\n`),
    filepath: file('credentials', `[base]\naws_access_key_id = ${robot.accessKeyId}\naws_secret_access_key = ${robot.secretAccessKey}\n`),
    mfaCodeProvider: async asked => (assert.equal(asked, serial), totp(seed)),
  })
  assert.equal(await who(provider), session('typed', 'ini'))
})

test('tokens of an OpenID Connect provider open the role that trusts their subject', async () => {
  const name = issuer.slice('http://'.length)
  await admin.send(new iam.CreateOpenIDConnectProviderCommand({ Url: issuer, ClientIDList: ['sts.amazonaws.com'] }))
  await assert.rejects(admin.send(new iam.CreateOpenIDConnectProviderCommand({ Url: issuer })), iam.EntityAlreadyExistsException)
  const roleArn = await makeRole('pod', { Federated: `arn:aws:iam::${run.account}:oidc-provider/${name}` }, 'sts:AssumeRoleWithWebIdentity',
    { StringEquals: { [`${name}:aud`]: 'sts.amazonaws.com', [`${name}:sub`]: 'system:serviceaccount:shop:pay' } })
  const good = token('system:serviceaccount:shop:pay')
  const of = webIdentityToken => fromWebToken({ roleArn, webIdentityToken, roleSessionName: 'pod', clientConfig: options })
  assert.equal(await who(of(good)), session('pod', 'pod'))
  const webIdentityTokenFile = file('token', good)
  assert.equal(await who(fromTokenFile({ roleArn, webIdentityTokenFile, roleSessionName: 'file', clientConfig: options })), session('pod', 'file'))
  await assert.rejects(of(token('system:serviceaccount:shop:other'))(), { name: 'AccessDenied' })
  const open = WebIdentityToken => sts().send(new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn, RoleSessionName: 'x1', WebIdentityToken }))
  await assert.rejects(open(token('system:serviceaccount:shop:pay', -60)), ExpiredTokenException)
  await assert.rejects(open(good.slice(0, -8) + 'AAAAAAAA'), InvalidIdentityTokenException)
})

test('IAM: pages, dates, documents, waiters and classes of errors', async () => {
  for (const UserName of ['p1', 'p2', 'p3']) await admin.send(new iam.CreateUserCommand({ UserName, Path: '/paged/' }))
  const names = []
  for await (const page of iam.paginateListUsers({ client: admin, pageSize: 1 }, { PathPrefix: '/paged/' })) names.push(...page.Users.map(u => u.UserName))
  assert.deepEqual(names, ['p1', 'p2', 'p3'])
  const { User } = await admin.send(new iam.GetUserCommand({ UserName: 'p1' }))
  assert.ok(User.CreateDate instanceof Date)
  const document = allow('iam:GetUser')
  await admin.send(new iam.PutUserPolicyCommand({ UserName: 'p1', PolicyName: 'own', PolicyDocument: document }))
  assert.equal(decodeURIComponent((await admin.send(new iam.GetUserPolicyCommand({ UserName: 'p1', PolicyName: 'own' }))).PolicyDocument), document)
  assert.deepEqual((await admin.send(new iam.ListAttachedUserPoliciesCommand({ UserName: 'p1' }))).AttachedPolicies, [])
  const { state } = await iam.waitUntilUserExists({ client: admin, maxWaitTime: 30 }, { UserName: 'p1' })
  assert.equal(state, 'SUCCESS')
  await assert.rejects(admin.send(new iam.GetUserCommand({ UserName: 'absent' })), e => e instanceof iam.NoSuchEntityException && e.$metadata.httpStatusCode === 404)
  await assert.rejects(admin.send(new iam.DeleteUserCommand({ UserName: 'p1' })), iam.DeleteConflictException)
  await assert.rejects(admin.send(new iam.PutUserPolicyCommand({ UserName: 'p1', PolicyName: 'bad', PolicyDocument: '{"Statement":7}' })), iam.MalformedPolicyDocumentException)
  await assert.rejects(admin.send(new iam.CreateLoginProfileCommand({ UserName: 'p1', Password: 'x' })), iam.PasswordPolicyViolationException)
  const { EvaluationResults: [result] } = await admin.send(new iam.SimulateCustomPolicyCommand({ PolicyInputList: [document], ActionNames: ['iam:GetUser'] }))
  assert.equal(result.EvalDecision, 'allowed')
  await assert.rejects(sts(root).send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${run.account}:role/pod`, RoleSessionName: 'x1' })), { name: 'AccessDenied' })
})
