// What every script here shares: the first run's block, which the Go test passes in MAYFLY_FIRST_RUN, and the clients built from it.
import { createHmac } from 'node:crypto'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { STSClient } from '@aws-sdk/client-sts'

if (!process.env.MAYFLY_FIRST_RUN) throw new Error('MAYFLY_FIRST_RUN is not set: these scripts are started by the Go tests of test/clients')

export const run = JSON.parse(process.env.MAYFLY_FIRST_RUN)

export const login = `cognito-idp.${run.region}.amazonaws.com/${run.userPoolId}`

// options of any client: this server, its region, and no second try that would hide a fault.
export const options = { endpoint: run.endpoint, region: run.region, maxAttempts: 1 }

export const root = { accessKeyId: run.accessKeyId, secretAccessKey: run.secretAccessKey }

export const sts = credentials => new STSClient({ ...options, credentials })

export const userPools = credentials => new CognitoIdentityProviderClient({ ...options, credentials })

// totp is RFC 6238 over a secret in base 32; step counts thirty seconds from now.
export const totp = (secret, step = 0) => {
  let bits = ''
  for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + step))
  const mac = createHmac('sha1', key).update(counter).digest()
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}
