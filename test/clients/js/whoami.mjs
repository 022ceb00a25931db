// What a program does that was given no credentials: it takes what the SDK finds by itself, and tells whose they are. The Go test that starts it reads the answer.
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'

const client = new STSClient({ maxAttempts: 1 })
const { Arn: arn } = await client.send(new GetCallerIdentityCommand({}))
const { accessKeyId, expiration } = await client.config.credentials()
console.log(JSON.stringify({ arn, accessKeyId, expires: expiration ?? null }))
